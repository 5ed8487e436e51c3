# الاختيار.
shop-empty = لا يوجد في المتجر شيء الآن. عُد لاحقاً من فضلك.
shop-page =
    { $pages ->
        [1] <b>المتجر</b>
       *[other] <b>المتجر</b> · صفحة { $page } من { $pages }
    }
product =
    <b>{ $title }</b>
    السعر: { $price }
product-gone = هذا المنتج لم يعد معروضاً للبيع. هذا ما لدينا.
quantity-ask = كم قطعة؟ اضغط رقماً أو اكتبه، حتى { $max }.
quantity-range = اكتب من فضلك رقماً من 1 إلى { $max }.
summary =
    <b>طلبك</b>
    { $quantity } × { $title }، سعر القطعة { $price }

    المجموع: <b>{ $total }</b>
summary-again = راجعه مرة أخرى من فضلك: هذه هي الحالة الآن.
button-place = تأكيد الطلب
button-change = تغيير
