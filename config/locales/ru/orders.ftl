# Жизнь заказа. В карточке номер всегда стоит как <b>номер</b>.
order-card = Заказ <b>{ $number }</b> — { $state }
order-line = { $quantity } × { $title } · { $price }
order-more-lines =
    { $count ->
        [one] и ещё { $count } позиция
        [few] и ещё { $count } позиции
       *[other] и ещё { $count } позиций
    }
order-total = Итого: <b>{ $total }</b>
order-preparing = Минуту: откладываем товар для вас.
order-pay-within =
    { $minutes ->
        [one] Держим товар для вас { $minutes } минуту. Оплатите кнопкой ниже.
        [few] Держим товар для вас { $minutes } минуты. Оплатите кнопкой ниже.
       *[other] Держим товар для вас { $minutes } минут. Оплатите кнопкой ниже.
    }
order-declined = Платёж отклонён, деньги не списаны. Можно попробовать ещё раз кнопкой ниже.
order-out-of-stock =
    { $available ->
        [0] Товар «{ $title }» только что закончился.
        [one] Товара «{ $title }» осталась { $available } штука. Можно заказать меньшее количество.
        [few] Товара «{ $title }» осталось { $available } штуки. Можно заказать меньшее количество.
       *[other] Товара «{ $title }» осталось { $available } штук. Можно заказать меньшее количество.
    }
order-money-on-its-way = Возвращаем вам деньги.
order-expired = Время оплаты истекло. Заказать можно снова в любой момент.
order-not-charged = Деньги не списаны.
order-failed = Не удалось начать оплату, деньги не списаны. Попробуйте, пожалуйста, позже.
order-held = Платежом занимается сотрудник и всё уладит. Делать ничего не нужно.
order-state-preparing = готовится
order-state-awaiting-payment = ждёт оплаты
order-state-paid = оплачен
order-state-cancelled = отменён
order-state-expired = истёк
order-state-refused = нет в наличии
order-state-failed = оплата не начата
order-state-held = на проверке
order-state-refunded = деньги возвращены
order-placed-already = Заказ { $number } уже оформлен.
order-unknown = Заказа { $number } нет среди ваших последних заказов.
order-cancelling = Отменяем заказ { $number }.
order-not-cancellable = Заказ { $number } здесь отменить уже нельзя.
order-late-money = { $amount } за заказ <b>{ $number }</b> поступили после его закрытия. Возвращаем их.
order-money-returned = { $amount } за заказ <b>{ $number }</b> возвращены вам. Зачисление может занять несколько дней.
receipt =
    <b>Чек</b>
    Заказ <b>{ $number }</b>: получено { $total }. Спасибо.
orders-none = Вы ещё ничего не заказывали.
orders-page =
    { $pages ->
        [1] <b>Ваши заказы</b>: { $count }
       *[other] <b>Ваши заказы</b>: { $count } · страница { $page } из { $pages }
    }
button-pay = Оплатить { $total }
button-cancel-order = Отменить заказ
payment-closed = Заказ { $number } уже нельзя оплатить. Деньги не списаны.
