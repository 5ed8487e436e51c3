# An order's life. Every card names its order as <b>number</b>.
order-card = Order <b>{ $number }</b> — { $state }
order-line = { $quantity } × { $title } · { $price }
order-more-lines =
    { $count ->
        [one] and { $count } more
       *[other] and { $count } more
    }
order-total = Total: <b>{ $total }</b>
order-preparing = One moment: we are setting the goods aside for you.
order-pay-within =
    { $minutes ->
        [one] We keep the goods for you for { $minutes } minute. Pay with the button below.
       *[other] We keep the goods for you for { $minutes } minutes. Pay with the button below.
    }
order-declined = The payment was declined and nothing was charged. You can try again with the button below.
order-out-of-stock =
    { $available ->
        [0] “{ $title }” has just sold out.
        [one] Only { $available } of “{ $title }” is left. You can order again with a smaller quantity.
       *[other] Only { $available } of “{ $title }” are left. You can order again with a smaller quantity.
    }
order-money-on-its-way = We are returning your money.
order-expired = The time to pay has passed. You can order again at any time.
order-not-charged = Nothing was charged.
order-failed = The payment could not be started and nothing was charged. Please try again later.
order-held = A person is looking into the payment and will settle it. You need not do anything.
order-state-preparing = being prepared
order-state-awaiting-payment = awaiting payment
order-state-paid = paid
order-state-cancelled = cancelled
order-state-expired = expired
order-state-refused = out of stock
order-state-failed = payment not started
order-state-held = under review
order-state-refunded = refunded
order-placed-already = Order { $number } is placed already.
order-unknown = Order { $number } is not among your recent orders.
order-cancelling = Cancelling order { $number }.
order-not-cancellable = Order { $number } can no longer be cancelled here.
order-late-money = { $amount } for order <b>{ $number }</b> arrived after the order was closed. We are returning it.
order-money-returned = { $amount } for order <b>{ $number }</b> went back to you. It may take a few days to show.
receipt =
    <b>Receipt</b>
    Order <b>{ $number }</b>: { $total } received. Thank you.
orders-none = You have not ordered anything yet.
orders-page =
    { $pages ->
        [1] <b>Your orders</b>: { $count }
       *[other] <b>Your orders</b>: { $count } · page { $page } of { $pages }
    }
button-pay = Pay { $total }
button-cancel-order = Cancel order
payment-closed = Order { $number } can no longer be paid. Nothing was charged.
