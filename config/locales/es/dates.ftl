# Fechas y horas. Los nombres de los meses tal como están en una fecha.
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
date = { $day } de { $month } de { $year }
clock-before-noon = { $time }
clock-after-noon = { $time }
moment = { $date }, { $time }
