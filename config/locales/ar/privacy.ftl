# أخذ البيانات وحذفها، وأرقام المتجر.
button-privacy = الخصوصية
button-export = أرسل لي بياناتي
button-erase = احذف كل ما يخصني
button-erase-really = نعم، احذف كل شيء
button-stay = احتفظ ببياناتي
export-coming = بياناتك في الطريق إليك.
export-page = كل ما نحتفظ به عنك. افتحه في متصفح.
export-json = الشيء نفسه للبرامج.
erase-ask =
    <b>هل نحذف كل ما يخصك؟</b>

    يختفي نهائياً: اسمك وبيانات الاتصال والإعدادات والموافقة والأجوبة وذاكرة هذه المحادثة، في كل بوتاتنا.
    يبقى: أرقام الطلبات والمدفوعات تحت اسم عشوائي لا يدل على أحد، فالقانون يطلبها.

    يحدث ذلك في { $date }. يمكنك التراجع هنا حتى ذلك الحين.
erase-open-orders =
    { $count ->
        [one] لديك طلب واحد قيد التنفيذ: نحذف بعد اكتماله، أو ألغه أولاً.
        [two] لديك طلبان قيد التنفيذ: نحذف بعد اكتمالهما، أو ألغهما أولاً.
        [few] لديك { $count } طلبات قيد التنفيذ: نحذف بعد اكتمالها، أو ألغها أولاً.
       *[other] لديك { $count } طلباً قيد التنفيذ: نحذف بعد اكتمالها، أو ألغها أولاً.
    }
erase-begun = سيُحذف كل ما يخصك في { $date }. إن غيّرت رأيك قبل ذلك فاضغط الزر.
erase-pending = سيُحذف كل ما يخصك في { $date }.
erase-too-late = بدأ الحذف بالفعل.
erase-taken-back = لن يُحذف شيء.
erase-done = تم حذف كل ما يخصك. إن كتبت إلينا مجدداً فسنبدأ من جديد.

export-title = كل ما نحتفظ به عنك
export-made = وقت التجميع
export-telegram-id = معرّف تيليغرام
export-conversation = المحادثة مع
export-reminders = التذكيرات
export-terms = إصدار الشروط
export-agreed = وقت الموافقة
export-came-by = رابط القدوم
export-first-seen = أول تواصل
export-number = الرقم
export-when = متى
export-what = ماذا
export-total = المجموع
export-state = الحالة
export-paid = المدفوع
export-address = العنوان
export-questionnaire = الاستبيان
export-question = السؤال
export-answer = الجواب
export-history = السجل
export-details = التفاصيل
export-memory = ما يتذكره البوت
export-updates = رسائل تعذّرت قراءتها

stats-head = <b>العملاء</b>: { $total }، الجدد منذ أمس: { $count }، ويمكن الوصول إلى { $reachable }
stats-orders = الطلبات، { $state }: { $total }، منذ أمس: { $count }
stats-sales = <b>المبيعات</b>: { $total }، منذ أمس: { $amount }
stats-origin = جاؤوا عبر { $name }: { $count }
