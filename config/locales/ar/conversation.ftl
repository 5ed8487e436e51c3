# القائمة والتسجيل والمجموعات.
menu =
    <b>{ $shop }</b>
    ماذا تودّ أن تفعل؟
help =
    <b>{ $shop }: المساعدة</b>

    /menu – كل شيء في مكان واحد
    /shop – الاختيار والطلب
    /orders – طلباتك وحالتها
    /language – تغيير اللغة
    /cancel – ترك ما بدأته

    يمكن إلغاء الطلب غير المدفوع بالزر الذي تحته.
hint = لم أفهم الرسالة. هذا ما يمكنني فعله:
cancelled = تم الإلغاء.
nothing-to-cancel = لا يوجد ما يُلغى.
button-unknown = هذا الزر من إصدار سابق. إليك القائمة.
button-old = سبق أن أُجيب عن هذا السؤال.
button-shop = المتجر
button-orders = طلباتي
button-language = اللغة
button-help = المساعدة
button-menu = القائمة
button-register = ابدأ
button-previous = السابق ›
button-next = ‹ التالي
button-back = رجوع ›

welcome =
    أهلاً بك في <b>{ $shop }</b>.
    بأي لغة نتحدث؟
language-choose = بأي لغة نتحدث؟
language-changed = نتحدث الآن بالعربية.
language-gone = هذه اللغة لم تعد متاحة.
name-ask = ما اسمك؟ اكتب اسمك.
name-invisible = لا أرى أي حرف في الرسالة. اكتب اسمك من فضلك، مثلاً: آدا.
name-too-long =
    { $max ->
        [one] الاسم طويل جداً. استخدم حرفاً واحداً على الأكثر من فضلك.
        [two] الاسم طويل جداً. استخدم حرفين على الأكثر من فضلك.
        [few] الاسم طويل جداً. استخدم { $max } أحرف على الأكثر من فضلك.
       *[other] الاسم طويل جداً. استخدم { $max } حرفاً على الأكثر من فضلك.
    }
registered =
    سعدنا بلقائك، <b>{ $name }</b>.
    هذا <b>{ $shop }</b>: ماذا تودّ أن تفعل؟

group-hint = أخدم عملاء <b>{ $shop }</b> في محادثة خاصة: اكتب لي هناك.
group-open = افتح المحادثة
group-press = لنكمل من فضلك في محادثة خاصة.
