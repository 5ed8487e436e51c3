# Для людей самого магазина.
admin-order =
    Заказ <b>{ $number }</b>: { $state }
    { $name } · { $total }
admin-payment = Платёж: { $state }, получено { $amount }, возвращено { $total }
admin-order-unknown = Заказа { $number } нет.
admin-order-told = Заказ { $number } отменяется. Отправьте /order { $number }, чтобы увидеть результат.
admin-order-usage =
    /order НОМЕР показывает заказ.
    /order НОМЕР cancel отменяет его, пока он не оплачен или ждёт решения человека.
