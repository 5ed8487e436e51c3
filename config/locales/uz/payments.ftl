# Telegram orqali toʻlash, toʻlovlar boʻyicha yordam, obunalar.
payment-unknown = Bu hisob endi amal qilmaydi. Pul yechilmadi. Iltimos, qaytadan buyurtma bering.
order-paid-twice = <b>{ $number }</b> buyurtma ikki marta toʻlangan. Ikkinchi toʻlovni qaytaramiz: { $amount }.
invoice-title = Buyurtma { $number }
command-paysupport = toʻlovlar boʻyicha yordam
paysupport =
    <b>{ $shop }: toʻlovlar boʻyicha yordam</b>

    Toʻlovda muammo bormi yoki pulingizni qaytarmoqchimisiz? Koʻrib chiqamiz. Bu yerdagi xaridlar boʻyicha Telegramning oʻzi yordam bera olmaydi.
paysupport-payments = Soʻnggi toʻlovlaringiz:
paysupport-payment = • <b>{ $number }</b>: { $total }, { $state }
paysupport-none = Siz bu yerda hali hech narsa uchun toʻlamagansiz.
paysupport-contact = { $contact } ga ham yozishingiz mumkin. Iltimos, buyurtma raqamini ayting.
button-pay-help = { $number } haqida soʻrash
button-pay-help-other = Boshqa narsa haqida soʻrash
paysupport-told = Doʻkon xodimiga xabar berdik, u siz bilan bogʻlanadi.
paysupport-told-already = Xodimga xabar berilgan. Iltimos, biroz kuting.
subscriptions =
    <b>Obunalar</b>
    Har 30 kunda Telegram Stars bilan toʻlanadi. Istalgan payt toʻxtatish mumkin.
subscriptions-none = Hozircha obunalar yoʻq.
subscription = <b>{ $title }</b>
plan = <b>{ $title }</b>: 30 kunga { $price }
plan-gone = Bu obuna endi yoʻq.
plan-wait = Bir lahza.
button-subscriptions = Obunalar
button-plan = Obuna boʻlish: { $title }
button-plan-stop = Toʻxtatish: { $title }
button-plan-keep = Qoldirish: { $title }
button-subscribe = { $price } evaziga obuna boʻlish
subscription-offer = Toʻxtatmaguningizcha har 30 kunda { $price }. Quyidagi tugma bilan obuna boʻling.
subscription-active = Obuna faol. { $until } kuni oʻzi uzayadi.
subscription-past-due = { $until } kungi uzaytirish toʻlanmadi. Stars yetarli ekanini tekshiring.
subscription-canceled = Obuna { $until } gacha amal qiladi va uzaymaydi.
subscription-ended = Obuna tugadi. Istalgan payt qayta obuna boʻlishingiz mumkin.
subscription-on-already = Bu obuna sizda allaqachon bor. Pul yechilmadi.
notice-pay-help = { $name } ({ $reason }) toʻlov boʻyicha yordam soʻrayapti: { $number }
notice-money-unclaimed = Bizga nomaʼlum “{ $name }” uchun { $amount } keldi. Toʻlov { $charge }. Buni odam koʻrishi kerak.
notice-subscription = { $name }: odam aralashuvi kerak. { $reason }
notice-stars-missed = { $shop } Stars: { $name } uchun { $amount } (toʻlov { $charge }) haqida faqat Telegram roʻyxatidan bildik. Endi hisobga olindi.
notice-stars-unclaimed = { $shop } Stars: bizga nomaʼlum “{ $name }” uchun { $amount } (toʻlov { $charge }).
notice-stars-unexplained = { $shop } Stars: nomaʼlum turdagi { $amount }, “{ $name }” ({ $charge }).
notice-stars-balance = { $shop } Stars: Telegram balansi oʻz roʻyxati yigʻindisidan { $amount } ga farq qiladi.
