# Answers of flows: what is wanted when something else came. $min, $max and $example are numbers or dates.
flow-number-wanted = اكتب رقماً من فضلك، مثلاً { $example }.
flow-integer-wanted = اكتب عدداً صحيحاً من فضلك، مثلاً 3.
flow-number-between = اكتب رقماً من { $min } إلى { $max } من فضلك.
flow-integer-between = اكتب عدداً صحيحاً من { $min } إلى { $max } من فضلك.
flow-number-from = اكتب رقماً لا يقل عن { $min } من فضلك.
flow-number-until = اكتب رقماً لا يزيد على { $max } من فضلك.
flow-date-wanted = اكتب تاريخاً من فضلك، مثلاً { $example }.
flow-date-between = اكتب تاريخاً من { $min } إلى { $max } من فضلك.
flow-date-from = اكتب تاريخاً لا يسبق { $min } من فضلك.
flow-date-until = اكتب تاريخاً لا يتجاوز { $max } من فضلك.
flow-phone-wanted = اكتب رقم الهاتف مع رمز البلد من فضلك، أو اضغط الزر أدناه. مثلاً: ‎+966 50 123 4567
flow-email-wanted = اكتب عنوان بريد إلكتروني من فضلك، مثلاً ada@example.org
flow-file-wanted = أرسل ملفاً أو صورة من فضلك.
flow-photo-wanted = أرسل صورة من فضلك.
flow-document-wanted = أرسل ملفاً من فضلك.
flow-file-large = الملف كبير جداً: الحد الأقصى { $max } ميغابايت.
flow-location-wanted = أرسل موقعاً من فضلك: اضغط الزر أدناه أو اختره بمشبك الورق.
flow-share-phone = مشاركة رقمي
flow-share-location = إرسال موقعي
flow-skip = تخطي
flow-webhook-wait = لحظة من فضلك: ما زلنا نتحقق من الأمر.
# What people write for today, tomorrow and the day after it; then how the twelve months' names begin.
flow-date-words = اليوم, غداً, بعد غد
flow-date-months = يناير, فبراير, مارس, أبريل ابريل إبريل, مايو, يونيو, يوليو, أغسطس اغسطس, سبتمبر, أكتوبر اكتوبر, نوفمبر, ديسمبر
