# Choosing.
shop-empty = Hozircha doʻkonda hech narsa yoʻq. Keyinroq kiring.
shop-front =
    <b>Doʻkon</b>
    Nima qidiryapsiz?
shop-category = <b>{ $title }</b>
shop-page = { $page }-sahifa, jami { $pages }
category-gone = Bu boʻlim endi yoʻq.
product =
    <b>{ $title }</b>
    { $price }
product-from = { $price }dan
product-gone = Bu mahsulot endi sotilmaydi. Mana bizda borlari.
variant-ask = Qaysi biri?
quantity-ask = Nechta? Sonni bosing yoki yozing, koʻpi bilan { $max }.
quantity-range = 1 dan { $max } gacha son yozing.
quantity-in-cart = Savatingizda: { $quantity }
search-ask = Nima qidiryapsiz? Bir-ikki soʻz yozing.
search-found = “{ $query }”: { $count } ta mahsulot. Boshqasini qidirish uchun boshqa soʻz yozing.
search-none = “{ $query }” boʻyicha hech narsa yoʻq. Boshqa soʻz yozing.
favourites = <b>Sevimlilar</b>
favourites-none = Hozircha hech narsa yoʻq. Mahsulot ostidagi ♡ ni bosing.
favourite-kept = Sevimlilarga qoʻshildi
favourite-let-go = Sevimlilardan olib tashlandi
region-ask = Qayerga yuboramiz? U yerda sotiladiganlarni koʻrsatamiz.
region-gone = U yerga endi yubormaymiz.
button-search = 🔎 Qidirish
button-favourites = ♡ Sevimlilar
button-favourite = ♡ Saqlash
button-favourite-kept = ♥ Saqlangan
button-share = Ulashish
button-open = Doʻkonda ochish
button-region = 📍 { $title }
button-region-none = 📍 Qayerga?
button-region-change = Hudud
