# لأهل المتجر أنفسهم.
admin-order =
    الطلب <b>{ $number }</b>: { $state }
    { $name } · { $total }
admin-payment = الدفع: { $state }، وصل { $amount }، وأُعيد { $total }
admin-order-unknown = لا يوجد طلب برقم { $number }.
admin-order-told = يجري إلغاء الطلب { $number }. أرسل /order { $number } لترى النتيجة.
admin-order-usage =
    /order ثم الرقم يعرض الطلب.
    /order ثم الرقم ثم cancel يلغيه ما دام غير مدفوع أو ينتظر شخصاً.
