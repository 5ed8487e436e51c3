# The list that Telegram shows behind the menu button.
command-menu = asosiy menyu
command-shop = tanlash va buyurtma berish
command-orders = buyurtmalaringiz
command-language = tilni almashtirish
command-help = nimalar qila olaman
command-cancel = boshlanganini toʻxtatish
command-settings = til, vaqt mintaqasi, eslatmalar, aloqa
command-support = odam bilan bogʻlanish
command-terms = shartlarimiz
command-privacy = siz haqingizda nimani saqlaymiz
