# The cart, notes, promo codes, the reminder.
button-cart =
    { $count ->
        [0] 🛒 السلة
       *[other] 🛒 السلة · { $count }
    }
cart = <b>سلتك</b>
cart-empty = سلتك فارغة.
cart-full = السلة ممتلئة. أزل شيئًا أو أتمم الطلب أولًا.
cart-added = { $quantity } × <b>{ $title }</b> في سلتك.
cart-changed = تغيّرت سلتك في هذه الأثناء. ها هي.
cart-not-now = { $title }: غير متاح حاليًا
cart-note = { "   " }<i>{ $note }</i>
button-checkout = إتمام الطلب · { $total }
button-note = اكتب ملاحظة
button-remove = إزالة
note-ask = ما الذي ينبغي أن نعرفه؟ حتى { $max } حرفًا.
text-invisible = لا أرى أي حروف في ذلك. اكتبه مرة أخرى من فضلك.
text-too-long = النص طويل جدًا: يتسع لـ { $max } حرفًا على الأكثر.
button-promo = رمز ترويجي
button-promo-remove = من دون { $code }
promo-ask = اكتب الرمز الترويجي.
promo-asking = لحظة: أسأل عمّا يمنحه { $code }.
promo-unknown = لا يوجد رمز ترويجي { $code }.
promo-over = انتهت صلاحية الرمز { $code }.
promo-once = لقد استخدمت الرمز { $code } من قبل. هو لمرة واحدة لكل شخص.
promo-used-up = نفد الرمز { $code }.
promo-not-for-this = لا يمنح الرمز { $code } شيئًا لما في سلتك.
cart-reminder = ما زال هناك شيء في سلتك. هل نتابع؟
button-no-reminders = لا تذكيرات بعد الآن
reminders-off = لن أذكّرك بالسلة بعد الآن.
