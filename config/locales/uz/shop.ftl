# Tanlash.
shop-empty = Hozir doʻkonda hech narsa yoʻq. Iltimos, keyinroq kiring.
shop-page =
    { $pages ->
        [1] <b>Doʻkon</b>
       *[other] <b>Doʻkon</b> · { $pages } sahifadan { $page }-sahifa
    }
product =
    <b>{ $title }</b>
    { $price }
product-gone = Bu mahsulot endi sotilmaydi. Mana bizda borlari.
quantity-ask = Nechta kerak? Raqamni bosing yoki yozing, koʻpi bilan { $max } ta.
quantity-range = Iltimos, 1 dan { $max } gacha boʻlgan sonni yozing.
summary =
    <b>Buyurtmangiz</b>
    { $quantity } × { $title }, donasi { $price }

    Jami: <b>{ $total }</b>
summary-again = Iltimos, yana bir bor koʻzdan kechiring: hozirgi holat shunday.
button-place = Buyurtma berish
button-change = Oʻzgartirish
