# Choosing.
shop-empty = لا يوجد شيء في المتجر الآن. عُد لاحقًا من فضلك.
shop-front =
    <b>المتجر</b>
    عمّ تبحث؟
shop-category = <b>{ $title }</b>
shop-page = صفحة { $page } من { $pages }
category-gone = هذا القسم لم يعد موجودًا.
product =
    <b>{ $title }</b>
    { $price }
product-from = ابتداءً من { $price }
product-gone = لم يعد هذا المنتج معروضًا للبيع. إليك ما لدينا.
variant-ask = أيّها تريد؟
quantity-ask = كم العدد؟ اضغط رقمًا أو اكتبه، حتى { $max }.
quantity-range = اكتب رقمًا من 1 إلى { $max } من فضلك.
quantity-in-cart = في سلتك: { $quantity }
search-ask = عمّ تبحث؟ اكتب كلمة أو كلمتين.
search-found =
    { $count ->
        [one] «{ $query }»: منتج واحد. اكتب كلمة أخرى للبحث عن غيره.
        [two] «{ $query }»: منتجان. اكتب كلمة أخرى للبحث عن غيرهما.
        [few] «{ $query }»: { $count } منتجات. اكتب كلمة أخرى للبحث عن غيرها.
       *[other] «{ $query }»: { $count } منتجًا. اكتب كلمة أخرى للبحث عن غيرها.
    }
search-none = لا يوجد شيء باسم «{ $query }». اكتب كلمة أخرى.
favourites = <b>مفضلاتك</b>
favourites-none = لا شيء في المفضلة بعد. اضغط ♡ تحت أي منتج.
favourite-kept = أُضيف إلى المفضلة
favourite-let-go = أُزيل من المفضلة
region-ask = إلى أين نرسل؟ نعرض ما يُباع هناك.
region-gone = لم نعد نرسل إلى هناك.
button-search = 🔎 بحث
button-favourites = ♡ المفضلة
button-favourite = ♡ إضافة إلى المفضلة
button-favourite-kept = ♥ في المفضلة
button-share = مشاركة
button-open = افتح في المتجر
button-region = 📍 { $title }
button-region-none = 📍 إلى أين؟
button-region-change = المنطقة
