# Menyu, roʻyxatdan oʻtish, guruhlar.
menu =
    <b>{ $shop }</b>
    Nima qilamiz?
help =
    <b>{ $shop }: yordam</b>

    /menu – asosiy menyu
    /shop – tanlash va buyurtma berish
    /orders – buyurtmalaringiz va ularning holati
    /language – tilni almashtirish
    /settings – til, vaqt mintaqasi, eslatmalar, aloqa
    /support – odam bilan bogʻlanish
    /terms, /privacy – nimaga kelishamiz va nimani saqlaymiz
    /cancel – boshlangan ishni toʻxtatish

    Toʻlanmagan buyurtmani uning ostidagi tugma bilan bekor qilish mumkin.
hint = Xabarni tushunmadim. Mana nimalar qila olaman:
cancelled = Bekor qilindi.
nothing-to-cancel = Bekor qiladigan narsa yoʻq.
button-unknown = Bu tugma eski versiyadan. Mana menyu.
button-old = Bu savolga javob berib boʻlingan.
button-shop = Doʻkon
button-orders = Buyurtmalarim
button-language = Til
button-help = Yordam
button-menu = Menyu
button-register = Boshlash
button-previous = ‹ Oldingi
button-next = Keyingi ›
button-back = ‹ Orqaga

welcome =
    <b>{ $shop }</b> doʻkoniga xush kelibsiz.
    Qaysi tilda gaplashamiz?
language-choose = Qaysi tilda gaplashamiz?
language-changed = Endi oʻzbekcha gaplashamiz.
language-gone = Bu til endi taklif etilmaydi.
name-ask = Sizga qanday murojaat qilaylik? Ismingizni yozing.
name-invisible = Xabarda harflar koʻrinmayapti. Iltimos, ismingizni yozing, masalan, Ada.
name-too-long = Ism juda uzun. Iltimos, koʻpi bilan { $max } ta belgi yozing.
registered =
    Tanishganimdan xursandman, <b>{ $name }</b>.
    Bu – <b>{ $shop }</b>: nima qilamiz?

group-hint = Men <b>{ $shop }</b> mijozlariga shaxsiy chatda xizmat qilaman: menga oʻsha yerda yozing.
group-open = Chatni ochish
group-press = Iltimos, shaxsiy chatda davom etaylik.

too-fast = Kechirasiz, birdaniga juda koʻp. Iltimos, bir daqiqa kuting: ungacha yuborganlaringizni qabul qila olmayman.
