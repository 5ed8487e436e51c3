# Maʼlumotlarni olish va oʻchirish; doʻkon raqamlari.
button-privacy = Maxfiylik
button-export = Maʼlumotlarimni yuboring
button-erase = Men haqimdagi hammasini oʻchiring
button-erase-really = Ha, hammasi oʻchirilsin
button-stay = Mayli, saqlansin
export-coming = Maʼlumotlaringiz yoʻlda.
export-page = Siz haqingizda saqlaydigan hamma narsamiz. Brauzerda oching.
export-json = Xuddi shu, dasturlar uchun.
erase-ask =
    <b>Siz haqingizdagi hamma narsa oʻchirilsinmi?</b>

    Butunlay yoʻqoladi: ism, aloqa, sozlamalar, rozilik, javoblar va shu suhbat xotirasi, barcha botlarimizda.
    Qoladi: buyurtma va toʻlov raqamlari, hech kimga olib bormaydigan tasodifiy nom ostida. Buni qonun talab qiladi.

    Bu { $date } da boʻladi. Unga qadar shu yerda fikringizdan qaytishingiz mumkin.
erase-open-orders =
    { $count ->
        [one] Sizda { $count } ta tugallanmagan buyurtma bor: u yakunlangach oʻchiramiz yoki avval uni bekor qiling.
       *[other] Sizda { $count } ta tugallanmagan buyurtma bor: ular yakunlangach oʻchiramiz yoki avval ularni bekor qiling.
    }
erase-begun = Siz haqingizdagi hamma narsa { $date } da oʻchiriladi. Ungacha fikringiz oʻzgarsa, tugmani bosing.
erase-pending = Siz haqingizdagi hamma narsa { $date } da oʻchiriladi.
erase-too-late = Oʻchirish allaqachon boshlangan.
erase-taken-back = Hech narsa oʻchirilmaydi.
erase-done = Siz haqingizdagi hamma narsa oʻchirildi. Yana yozsangiz, notanishlardek boshlaymiz.

export-title = Siz haqingizda saqlaydigan hamma narsamiz
export-made = Toʻplangan vaqti
export-telegram-id = Telegram id
export-conversation = Suhbat
export-reminders = Eslatmalar
export-terms = Shartlar versiyasi
export-agreed = Rozilik vaqti
export-came-by = Kelgan havola
export-first-seen = Birinchi tanishuv
export-number = Raqam
export-when = Qachon
export-what = Nima
export-total = Jami
export-state = Holati
export-paid = Toʻlangan
export-address = Manzil
export-questionnaire = Soʻrovnoma
export-question = Savol
export-answer = Javob
export-history = Tarix
export-details = Tafsilotlar
export-memory = Bot eslab qolganlari
export-updates = Oʻqib boʻlmagan xabarlar

stats-head = <b>Mijozlar</b>: { $total }, kechadan beri yangi: { $count }; bogʻlanish mumkin: { $reachable }
stats-orders = Buyurtmalar, { $state }: { $total }, kechadan beri: { $count }
stats-sales = <b>Savdo</b>: { $total }, kechadan beri: { $amount }
stats-origin = { $name } orqali kelgan: { $count }
