# حياة الطلب. رقم الطلب في البطاقة مكتوب دائماً بخط عريض.
order-card = الطلب <b>{ $number }</b> — { $state }
order-line = { $quantity } × { $title } · { $price }
order-more-lines =
    { $count ->
        [one] ومنتج آخر
        [two] ومنتجان آخران
        [few] و{ $count } منتجات أخرى
       *[other] و{ $count } منتجاً آخر
    }
order-total = المجموع: <b>{ $total }</b>
order-preparing = لحظة من فضلك: نحجز لك البضاعة.
order-pay-within =
    { $minutes ->
        [one] نحتفظ لك بالبضاعة دقيقة واحدة. ادفع بالزر أدناه.
        [two] نحتفظ لك بالبضاعة دقيقتين. ادفع بالزر أدناه.
        [few] نحتفظ لك بالبضاعة { $minutes } دقائق. ادفع بالزر أدناه.
       *[other] نحتفظ لك بالبضاعة { $minutes } دقيقة. ادفع بالزر أدناه.
    }
order-declined = رُفضت عملية الدفع ولم يُخصم شيء. يمكنك المحاولة مرة أخرى بالزر أدناه.
order-out-of-stock =
    { $available ->
        [0] نفد «{ $title }» للتو.
        [one] لم يبقَ من «{ $title }» سوى قطعة واحدة. يمكنك طلب كمية أقل.
        [two] لم يبقَ من «{ $title }» سوى قطعتين. يمكنك طلب كمية أقل.
        [few] لم يبقَ من «{ $title }» سوى { $available } قطع. يمكنك طلب كمية أقل.
       *[other] لم يبقَ من «{ $title }» سوى { $available } قطعة. يمكنك طلب كمية أقل.
    }
order-money-on-its-way = نعيد إليك المال الآن.
order-expired = انتهت مهلة الدفع. يمكنك الطلب من جديد في أي وقت.
order-not-charged = لم يُخصم شيء.
order-failed = تعذّر بدء الدفع ولم يُخصم شيء. حاول لاحقاً من فضلك.
order-held = يراجع أحد موظفينا عملية الدفع وسيعالجها. لا يلزمك فعل شيء.
order-state-preparing = قيد التجهيز
order-state-awaiting-payment = في انتظار الدفع
order-state-paid = مدفوع
order-state-cancelled = ملغى
order-state-expired = انتهت مهلته
order-state-refused = نفدت الكمية
order-state-failed = لم يبدأ الدفع
order-state-held = قيد المراجعة
order-state-refunded = أُعيد المال
order-placed-already = الطلب { $number } مُرسل بالفعل.
order-unknown = الطلب { $number } ليس بين طلباتك الأخيرة.
order-cancelling = جارٍ إلغاء الطلب { $number }.
order-not-cancellable = لم يعد ممكناً إلغاء الطلب { $number } من هنا.
order-late-money = وصل مبلغ { $amount } للطلب <b>{ $number }</b> بعد إغلاقه. سنعيده إليك.
order-money-returned = أُعيد إليك مبلغ { $amount } من الطلب <b>{ $number }</b>. قد يستغرق ظهوره بضعة أيام.
receipt =
    <b>إيصال</b>
    الطلب <b>{ $number }</b>: استلمنا { $total }. شكراً لك.
orders-none = لم تطلب شيئاً بعد.
orders-page =
    { $pages ->
        [1] <b>طلباتك</b>: { $count }
       *[other] <b>طلباتك</b>: { $count } · صفحة { $page } من { $pages }
    }
button-pay = ادفع { $total }
button-cancel-order = إلغاء الطلب
payment-closed = لم يعد ممكناً دفع الطلب { $number }. لم يُخصم شيء.
