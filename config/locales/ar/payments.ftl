# الدفع عبر تيليجرام، المساعدة في المدفوعات، الاشتراكات.
payment-unknown = هذه الفاتورة لم تعد صالحة. لم يُخصم أي مبلغ. من فضلك اطلب من جديد.
order-paid-twice = دُفع الطلب <b>{ $number }</b> مرتين. نعيد إليك الدفعة الثانية: { $amount }.
invoice-title = الطلب { $number }
command-paysupport = المساعدة في المدفوعات
paysupport =
    <b>{ $shop }: المساعدة في المدفوعات</b>

    هل هناك مشكلة في دفعة، أو تريد استرداد مالك؟ سننظر في الأمر. لا يستطيع تيليجرام نفسه المساعدة في ما تشتريه هنا.
paysupport-payments = مدفوعاتك الأخيرة:
paysupport-payment = • <b>{ $number }</b>: { $total }، { $state }
paysupport-none = لم تدفع مقابل أي شيء هنا بعد.
paysupport-contact = يمكنك أيضًا الكتابة إلى { $contact }. من فضلك اذكر رقم الطلب.
button-pay-help = السؤال عن { $number }
button-pay-help-other = السؤال عن شيء آخر
paysupport-told = أبلغنا شخصًا من المتجر وسيتواصل معك.
paysupport-told-already = أبلغنا شخصًا بالفعل. من فضلك امنحنا بعض الوقت.
subscriptions =
    <b>الاشتراكات</b>
    تُدفع بنجوم تيليجرام كل 30 يومًا. يمكنك التوقف في أي وقت.
subscriptions-none = لا توجد اشتراكات حاليًا.
subscription = <b>{ $title }</b>
plan = <b>{ $title }</b>: { $price } لمدة 30 يومًا
plan-gone = لم يعد هذا معروضًا.
plan-wait = لحظة من فضلك.
button-subscriptions = الاشتراكات
button-plan = اشتراك: { $title }
button-plan-stop = إيقاف: { $title }
button-plan-keep = إبقاء: { $title }
button-subscribe = الاشتراك مقابل { $price }
subscription-offer = { $price } كل 30 يومًا حتى توقفه. اشترك بالزر أدناه.
subscription-active = الاشتراك ساري. يتجدد تلقائيًا في { $until }.
subscription-past-due = تعذر دفع تجديد { $until }. تأكد من أن لديك نجومًا كافية.
subscription-canceled = الاشتراك ساري حتى { $until } ولن يتجدد.
subscription-ended = انتهى الاشتراك. يمكنك الاشتراك من جديد في أي وقت.
subscription-on-already = لديك هذا الاشتراك بالفعل. لم يُخصم أي مبلغ.
notice-pay-help = يطلب { $name } ({ $reason }) المساعدة في دفعة: { $number }
notice-money-unclaimed = وصل { $amount } مقابل «{ $name }» ولا نعرفه. الدفعة { $charge }. يجب أن ينظر فيها شخص.
notice-subscription = { $name } يحتاج إلى شخص: { $reason }
notice-stars-missed = نجوم { $shop }: علمنا من قائمة تيليجرام فقط بمبلغ { $amount } مقابل { $name } (الدفعة { $charge }). تم تسجيله الآن.
notice-stars-unclaimed = نجوم { $shop }: { $amount } مقابل «{ $name }» ولا نعرفه (الدفعة { $charge }).
notice-stars-unexplained = نجوم { $shop }: { $amount } من نوع غير معروف «{ $name }» ({ $charge }).
notice-stars-balance = نجوم { $shop }: يختلف رصيد تيليجرام عن مجموع قائمته بمقدار { $amount }.
