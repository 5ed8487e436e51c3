# The list that Telegram shows behind the menu button.
command-menu = главное меню
command-shop = выбрать и заказать
command-orders = ваши заказы
command-language = сменить язык
command-help = что я умею
command-cancel = прервать начатое
