# The list that Telegram shows behind the menu button.
command-menu = el menú principal
command-shop = elegir y pedir
command-orders = tus pedidos
command-language = cambiar de idioma
command-help = lo que sé hacer
command-cancel = dejar lo empezado
command-settings = idioma, zona horaria, recordatorios, contacto
command-support = hablar con una persona
command-terms = nuestras condiciones
command-privacy = qué guardamos de ti
