# For the shop's own people.
admin-order =
    Order <b>{ $number }</b>: { $state }
    { $name } · { $total }
admin-payment = Payment: { $state }, { $amount } received, { $total } returned
admin-order-unknown = There is no order { $number }.
admin-order-told = Order { $number } is being called off. Send /order { $number } to see what became of it.
admin-order-usage =
    /order NUMBER shows an order.
    /order NUMBER cancel calls it off, as long as it is not paid or waits for a person.
