# Choosing.
shop-empty = Сейчас в магазине ничего нет. Загляните позже.
shop-front =
    <b>Магазин</b>
    Что вы ищете?
shop-category = <b>{ $title }</b>
shop-page = Страница { $page } из { $pages }
category-gone = Этого раздела больше нет.
product =
    <b>{ $title }</b>
    { $price }
product-from = от { $price }
product-gone = Этот товар больше не продаётся. Вот что у нас есть.
variant-ask = Какой выбрать?
quantity-ask = Сколько? Нажмите число или напишите его, не больше { $max }.
quantity-range = Напишите число от 1 до { $max }.
quantity-in-cart = В корзине: { $quantity }
search-ask = Что вы ищете? Напишите слово или два.
search-found =
    { $count ->
        [one] «{ $query }»: { $count } товар. Чтобы искать другое, напишите другое слово.
        [few] «{ $query }»: { $count } товара. Чтобы искать другое, напишите другое слово.
       *[other] «{ $query }»: { $count } товаров. Чтобы искать другое, напишите другое слово.
    }
search-none = По запросу «{ $query }» ничего нет. Напишите другое слово.
favourites = <b>Избранное</b>
favourites-none = В избранном пока пусто. Нажмите ♡ под товаром.
favourite-kept = Добавлено в избранное
favourite-let-go = Убрано из избранного
region-ask = Куда доставить? Покажем, что там продаётся.
region-gone = Туда мы больше не доставляем.
button-search = 🔎 Поиск
button-favourites = ♡ Избранное
button-favourite = ♡ В избранное
button-favourite-kept = ♥ В избранном
button-share = Поделиться
button-open = Открыть в магазине
button-region = 📍 { $title }
button-region-none = 📍 Куда?
button-region-change = Регион
