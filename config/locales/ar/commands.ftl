# The list that Telegram shows behind the menu button.
command-menu = القائمة الرئيسية
command-shop = اختر واطلب
command-orders = طلباتك
command-language = تغيير اللغة
command-help = ما أستطيع فعله
command-cancel = ترك ما بدأته
command-settings = اللغة والمنطقة الزمنية والتذكيرات والاتصال
command-support = التواصل مع شخص
command-terms = شروطنا
command-privacy = ما نحتفظ به عنك
