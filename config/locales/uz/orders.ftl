# Buyurtmaning hayoti. Kartada raqam doim <b>raqam</b> koʻrinishida turadi.
order-card = Buyurtma <b>{ $number }</b> — { $state }
order-line = { $quantity } × { $title } · { $price }
order-more-lines = va yana { $count } ta mahsulot
order-total = Jami: <b>{ $total }</b>
order-preparing = Bir daqiqa: mahsulotni siz uchun ajratib qoʻyyapmiz.
order-pay-within = Mahsulotni siz uchun { $minutes } daqiqa saqlaymiz. Quyidagi tugma bilan toʻlang.
order-declined = Toʻlov rad etildi, pul yechilmadi. Quyidagi tugma bilan yana urinib koʻrishingiz mumkin.
order-out-of-stock =
    { $available ->
        [0] “{ $title }” hozirgina tugab qoldi.
       *[other] “{ $title }” mahsulotidan atigi { $available } ta qoldi. Kamroq miqdorda buyurtma berishingiz mumkin.
    }
order-money-on-its-way = Pulingizni qaytaryapmiz.
order-expired = Toʻlov vaqti tugadi. Istalgan paytda yana buyurtma berishingiz mumkin.
order-not-charged = Pul yechilmadi.
order-failed = Toʻlovni boshlab boʻlmadi, pul yechilmadi. Iltimos, keyinroq urinib koʻring.
order-held = Toʻlovni xodimimiz koʻrib chiqyapti va hal qiladi. Sizdan hech narsa talab qilinmaydi.
order-state-preparing = tayyorlanmoqda
order-state-awaiting-payment = toʻlov kutilmoqda
order-state-paid = toʻlangan
order-state-cancelled = bekor qilingan
order-state-expired = muddati tugagan
order-state-refused = mahsulot qolmagan
order-state-failed = toʻlov boshlanmadi
order-state-held = tekshirilmoqda
order-state-refunded = pul qaytarilgan
order-placed-already = { $number } buyurtmasi allaqachon berilgan.
order-unknown = { $number } buyurtmasi soʻnggi buyurtmalaringiz orasida yoʻq.
order-cancelling = { $number } buyurtmasi bekor qilinmoqda.
order-not-cancellable = { $number } buyurtmasini endi bu yerda bekor qilib boʻlmaydi.
order-late-money = <b>{ $number }</b> buyurtmasi uchun { $amount } buyurtma yopilgandan keyin keldi. Uni qaytaryapmiz.
order-money-returned = <b>{ $number }</b> buyurtmasi uchun { $amount } sizga qaytarildi. Hisobingizda koʻrinishi bir necha kun olishi mumkin.
receipt =
    <b>Chek</b>
    Buyurtma <b>{ $number }</b>: { $total } qabul qilindi. Rahmat.
orders-none = Siz hali hech narsa buyurtma qilmagansiz.
orders-page =
    { $pages ->
        [1] <b>Buyurtmalaringiz</b>: { $count }
       *[other] <b>Buyurtmalaringiz</b>: { $count } · { $pages } sahifadan { $page }-sahifa
    }
button-pay = { $total } toʻlash
button-cancel-order = Buyurtmani bekor qilish
payment-closed = { $number } buyurtmasini endi toʻlab boʻlmaydi. Pul yechilmadi.
