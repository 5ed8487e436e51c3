# Sozlamalar, shartlar, aloqa, yordam, eslatmalar.
settings =
    <b>Sozlamalar</b>

    Ism: { $name }
    Til: { $language }
    Vaqt mintaqasi: { $zone } (u yerda hozir { $time })
    Eslatma va takliflar: { $news }
    Sokin soatlar: { $quiet }
    Telefon: { $phone }
    E-pochta: { $email }
settings-currency = Narxlar: { $currency }
settings-not-given = koʻrsatilmagan
settings-kept = Saqlandi.
settings-news-on = yoqilgan
settings-news-off = oʻchirilgan, faqat buyurtmalar haqida
news-off-short = Sizga faqat buyurtmalaringiz haqida yozamiz.
button-settings = Sozlamalar
button-zone = Vaqt mintaqasi
button-currency = Valyuta
button-news-on = Eslatmalarni yoqish
button-news-off = Eslatmalarni oʻchirish
button-quiet = Sokin soatlar
button-name = Ism
button-phone = Telefon
button-email = E-pochta
button-forget = Oʻchirib tashlash
button-leave = Shunday qolsin
button-skip = Oʻtkazib yuborish

zone-ask = Soatingiz { $time } ni koʻrsatyaptimi? Boʻlmasa, vaqt mintaqangizni tanlang yoki shahringizni inglizcha, “UTC+5” yoki sizda hozir soat nechaligini yozing, masalan 18:05.
zone-unknown = Bu joyni bilmayman. Yaqin atrofdagi katta shaharni inglizcha, “UTC+5” yoki sizda hozir soat nechaligini yozing, masalan 18:05.
zone-unknown-short = Bunday vaqt mintaqasi endi yoʻq.
currency-ask = Tanlash mumkin boʻlsa, narxlarni qaysi valyutada koʻrsataylik?
currency-gone = Bu valyuta endi taklif qilinmaydi.
quiet-ask = Sizni qachon bezovta qilmaylik? Tanlang yoki soatlarni yozing, masalan 22-8. Buyurtmalaringiz haqidagi xabarlar istalgan vaqtda keladi.
quiet-unknown = Bu soatlarni tushunmadim. 22-8 yoki 21:30-07:00 kabi yozing yoki tanlang.
quiet-never = yoʻq
quiet-from-to = { $from } – { $to }

terms-ask = Iltimos, buni oʻqing. Rozi boʻlsangiz, boshlaymiz.
terms-ask-again = Shartlarimiz oʻzgardi. Iltimos, yana bir bor oʻqing.
terms-none = Rozilik talab qiladigan shartlar yoʻq.
terms-agreed = Siz { $version } versiyaga rozilik bergansiz: { $date }.
terms-changed = Shartlarimiz oʻzgardi: iltimos, oʻqing.
terms-thanks = Rahmat.
terms-declined = Mayli. Roziligingizsiz buyurtma qabul qila olmaymiz va bu suhbatdan boshqa hech narsani saqlamaymiz. Shartlarni istalgan vaqtda qayta oʻqishingiz mumkin.
terms-withdrawn = Roziligingizni qaytarib oldingiz. Boshlangan buyurtmalar yakunlanadi, yangilarini esa qayta rozi boʻlmaguningizcha qabul qilmaymiz. Oʻzingiz haqingizdagi hamma narsani oʻchirish uchun “Maxfiylik”ni oching.
terms-withdrawn-short = Rozilik qaytarib olindi.
button-terms = Shartlar
button-agree = Roziman
button-disagree = Rozi emasman
button-withdraw = Roziligimni qaytarib olish

phone-ask = Buyurtma boʻyicha savol tugʻilsa deb, telefon raqamingizni qoldirasizmi? Pastdagi tugmani bosing yoki raqamni davlat kodi bilan yozing, masalan +998 71 123 45 67. Oʻtkazib yuborish ham mumkin.
phone-wrong = Bu telefon raqamiga oʻxshamaydi. Uni davlat kodi bilan yozing, masalan +998 71 123 45 67, yoki pastdagi tugmani bosing.
phone-of-another = Bu boshqa odamning raqami. Oʻzingiznikini ulashing yoki boshqa tugmani bosing.
phone-kept = Rahmat, raqam saqlandi.
phone-skipped = Mayli, shunday qolsin.
phone-forgotten = Telefon raqamingiz oʻchirildi.
email-ask = Cheklar uchun e-pochtangizni ham yozasizmi? Oʻtkazib yuborish mumkin.
email-wrong = Bu e-pochta manziliga oʻxshamaydi. Uni ada@example.com kabi yozing yoki tugmani bosing.
button-share-phone = Raqamimni ulashish

faq-search = Nimani qidiryapsiz? Bir-ikki soʻz yozing.
faq-found = “{ $words }” boʻyicha topilganlar:
faq-nothing = “{ $words }” boʻyicha hech narsa topilmadi. Boshqa soʻz bilan urinib koʻring yoki odamga yozing.
faq-gone = Savollar oʻzgardi. Mana ular.
button-search-help = Yordamdan qidirish
button-support = Odam bilan bogʻlanish
support = Odam bilan shu yerda bogʻlanasiz: { $contact }
    Savol buyurtma haqida boʻlsa, uning raqamini ayting.
support-none = Odam bilan qanday bogʻlanish hali koʻrsatilmagan. Koʻp savollarga javoblar “Yordam” boʻlimida.

registration-reminder = Siz <b>{ $shop }</b>da roʻyxatdan oʻtishni boshlab, tugatmadingiz. Bir daqiqalik ish qoldi.
reminders-stopped = Endi eslatmaymiz. Xohlagan paytingizda qaytadan boshlashingiz mumkin.
button-stop-reminding = Eslatmang

privacy =
    <b>{ $shop }: maxfiylik</b>

    Nimani va nega saqlaymiz:
    • Telegramdagi id va ismingiz: sizga javob berish uchun
    • til, vaqt mintaqasi va boshqa sozlamalar: sizga qulay gaplashish uchun
    • telefon va e-pochta, agar bergan boʻlsangiz: buyurtma boʻyicha savollar uchun
    • shartlarga roziligingiz, versiyasi va vaqti: buni isbotlashimiz shart
    • buyurtma va toʻlovlar: qonun talab qiladi; karta maʼlumotlari bizga kelmaydi
    • soʻrovnomalarda bergan javoblaringiz

    Xabarlar javob berilgandan keyin saqlanmaydi.
