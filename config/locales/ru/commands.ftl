# The list that Telegram shows behind the menu button.
command-menu = главное меню
command-shop = выбрать и заказать
command-orders = ваши заказы
command-language = сменить язык
command-help = что я умею
command-cancel = прервать начатое
command-settings = язык, часовой пояс, напоминания, контакты
command-support = написать человеку
command-terms = наши условия
command-privacy = что мы о вас храним
