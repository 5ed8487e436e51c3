# The list that Telegram shows behind the menu button.
command-menu = the main menu
command-shop = choose and order
command-orders = your orders
command-language = change the language
command-help = what I can do
command-cancel = leave what you began
command-settings = language, time zone, reminders, contact
command-support = reach a person
command-terms = our terms
command-privacy = what we keep about you
