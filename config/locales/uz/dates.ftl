# Sana va vaqt. Oy nomlari sanada turganidek.
month-1 = yanvar
month-2 = fevral
month-3 = mart
month-4 = aprel
month-5 = may
month-6 = iyun
month-7 = iyul
month-8 = avgust
month-9 = sentabr
month-10 = oktabr
month-11 = noyabr
month-12 = dekabr
date = { $day }-{ $month }, { $year }
clock-before-noon = { $time }
clock-after-noon = { $time }
moment = { $date }, { $time }
