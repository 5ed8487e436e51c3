# The list that Telegram shows behind the menu button.
command-menu = القائمة الرئيسية
command-shop = اختر واطلب
command-orders = طلباتك
command-language = تغيير اللغة
command-help = ما أستطيع فعله
command-cancel = ترك ما بدأته
