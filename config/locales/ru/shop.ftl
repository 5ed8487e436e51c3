# Выбор товара.
shop-empty = Сейчас в магазине ничего нет. Загляните, пожалуйста, позже.
shop-page =
    { $pages ->
        [1] <b>Магазин</b>
       *[other] <b>Магазин</b> · страница { $page } из { $pages }
    }
product =
    <b>{ $title }</b>
    { $price }
product-gone = Этот товар больше не продаётся. Вот что есть.
quantity-ask = Сколько? Нажмите число или напишите его, не больше { $max }.
quantity-range = Напишите, пожалуйста, число от 1 до { $max }.
summary =
    <b>Ваш заказ</b>
    { $quantity } × { $title }, по { $price }

    Итого: <b>{ $total }</b>
summary-again = Проверьте, пожалуйста, ещё раз: условия могли измениться.
button-place = Заказать
button-change = Изменить
