# Оплата в Telegram, помощь с платежами, подписки.
payment-unknown = Этот счёт больше не действует. Деньги не списаны. Пожалуйста, оформите заказ заново.
order-paid-twice = Заказ <b>{ $number }</b> оплачен дважды. Возвращаем вам второй платёж: { $amount }.
invoice-title = Заказ { $number }
command-paysupport = помощь с платежами
paysupport =
    <b>{ $shop }: помощь с платежами</b>

    Что-то не так с платежом или хотите вернуть деньги? Мы разберёмся. Сам Telegram не сможет помочь с покупками в этом магазине.
paysupport-payments = Ваши недавние платежи:
paysupport-payment = • <b>{ $number }</b>: { $total }, { $state }
paysupport-none = Вы здесь ещё ничего не оплачивали.
paysupport-contact = Можно также написать: { $contact }. Пожалуйста, укажите номер заказа.
button-pay-help = Спросить о { $number }
button-pay-help-other = Спросить о другом
paysupport-told = Мы сообщили сотруднику магазина, он свяжется с вами.
paysupport-told-already = Сотруднику уже сообщили. Пожалуйста, подождите немного.
subscriptions =
    <b>Подписки</b>
    Оплата звёздами Telegram каждые 30 дней. Отменить можно в любой момент.
subscriptions-none = Сейчас подписок нет.
subscription = <b>{ $title }</b>
plan = <b>{ $title }</b>: { $price } за 30 дней
plan-gone = Этой подписки больше нет.
plan-wait = Одну секунду.
button-subscriptions = Подписки
button-plan = Подписаться: { $title }
button-plan-stop = Отменить: { $title }
button-plan-keep = Оставить: { $title }
button-subscribe = Подписаться за { $price }
subscription-offer = { $price } каждые 30 дней, пока не отмените. Подпишитесь кнопкой ниже.
subscription-active = Подписка активна. Продлится сама { $until }.
subscription-past-due = Продление от { $until } не удалось оплатить. Проверьте, хватает ли звёзд.
subscription-canceled = Подписка действует до { $until } и не продлится.
subscription-ended = Подписка закончилась. Её можно оформить снова в любой момент.
subscription-on-already = Эта подписка у вас уже есть. Деньги не списаны.
notice-pay-help = { $name } ({ $reason }) просит помочь с платежом: { $number }
notice-money-unclaimed = Пришло { $amount } за «{ $name }», о котором мы ничего не знаем. Платёж { $charge }. Нужен человек.
notice-subscription = { $name }: нужен человек. { $reason }
notice-stars-missed = Звёзды { $shop }: о { $amount } за { $name } (платёж { $charge }) мы узнали только из списка Telegram. Теперь это учтено.
notice-stars-unclaimed = Звёзды { $shop }: { $amount } за «{ $name }», о котором мы ничего не знаем (платёж { $charge }).
notice-stars-unexplained = Звёзды { $shop }: { $amount } неизвестного вида «{ $name }» ({ $charge }).
notice-stars-balance = Звёзды { $shop }: баланс Telegram отличается от суммы его же списка на { $amount }.
