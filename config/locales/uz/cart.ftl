# The cart, notes, promo codes, the reminder.
button-cart =
    { $count ->
        [0] 🛒 Savat
       *[other] 🛒 Savat · { $count }
    }
cart = <b>Savatingiz</b>
cart-empty = Savatingiz boʻsh.
cart-full = Savat toʻldi. Biror narsani olib tashlang yoki avval buyurtma bering.
cart-added = { $quantity } × <b>{ $title }</b> savatingizda.
cart-changed = Savat shu orada oʻzgardi. Mana u.
cart-not-now = { $title }: hozir sotilmaydi
cart-note = { "   " }<i>{ $note }</i>
button-checkout = Rasmiylashtirish · { $total }
button-note = Izoh yozish
button-remove = Olib tashlash
note-ask = Nimani bilishimiz kerak? Koʻpi bilan { $max } belgi.
text-invisible = Bunda hech qanday harf koʻrinmayapti. Yana bir bor yozing.
text-too-long = Juda uzun: koʻpi bilan { $max } belgi sigʻadi.
button-promo = Promokod
button-promo-remove = { $code }siz
promo-ask = Promokodni yozing.
promo-asking = Bir lahza: { $code } nima berishini soʻrayapman.
promo-unknown = { $code } promokodi yoʻq.
promo-over = { $code } promokodining muddati tugagan.
promo-once = { $code } promokodidan foydalangansiz. U bir marta amal qiladi.
promo-used-up = { $code } promokodi tugagan.
promo-not-for-this = { $code } promokodi savatingizdagi narsalarga amal qilmaydi.
cart-reminder = Savatingizda nimadir qolgan. Davom etamizmi?
button-no-reminders = Boshqa eslatilmasin
reminders-off = Savatni boshqa eslatmayman.
