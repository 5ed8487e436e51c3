# Paying with Telegram, help with payments, subscriptions.
payment-unknown = This invoice is not valid any more. Nothing was charged. Please order again.
order-paid-twice = Order <b>{ $number }</b> was paid twice. We are returning the second { $amount } to you.
invoice-title = Order { $number }
command-paysupport = help with payments
paysupport =
    <b>{ $shop }: help with payments</b>

    Something is wrong with a payment, or you would like your money back? We will look into it. Telegram itself cannot help with what you buy here.
paysupport-payments = Your recent payments:
paysupport-payment = • <b>{ $number }</b>: { $total }, { $state }
paysupport-none = You have not paid for anything here yet.
paysupport-contact = You can also write to { $contact }. Please name the order.
button-pay-help = Ask about { $number }
button-pay-help-other = Ask about something else
paysupport-told = A person of the shop has been told and will get in touch with you.
paysupport-told-already = A person has been told already. Please give us a little time.
subscriptions =
    <b>Subscriptions</b>
    Paid with Telegram Stars every 30 days. You can stop at any time.
subscriptions-none = There is nothing to subscribe to right now.
subscription = <b>{ $title }</b>
plan = <b>{ $title }</b>: { $price } for 30 days
plan-gone = This is no longer on offer.
plan-wait = One moment.
button-subscriptions = Subscriptions
button-plan = Subscribe: { $title }
button-plan-stop = Stop: { $title }
button-plan-keep = Keep: { $title }
button-subscribe = Subscribe for { $price }
subscription-offer = { $price } every 30 days, until you stop it. Subscribe with the button below.
subscription-active = You have it. It renews itself on { $until }.
subscription-past-due = The renewal of { $until } could not be paid. Please see that you have enough Stars.
subscription-canceled = You have it until { $until }. It will not renew itself.
subscription-ended = It has ended. You can subscribe again at any time.
subscription-on-already = You have this subscription already. Nothing was charged.
notice-pay-help = { $name } ({ $reason }) asks for help with a payment: { $number }
notice-money-unclaimed = { $amount } came for “{ $name }”, which we do not know. Charge { $charge }. A person has to look at it.
notice-subscription = { $name } needs a person: { $reason }
notice-stars-missed = Stars of { $shop }: Telegram's list was the first to tell us of { $amount } for { $name } (charge { $charge }). It is booked now.
notice-stars-unclaimed = Stars of { $shop }: { $amount } under “{ $name }”, which we do not know (charge { $charge }).
notice-stars-unexplained = Stars of { $shop }: { $amount } of a kind we do not know, “{ $name }” ({ $charge }).
notice-stars-balance = Stars of { $shop }: Telegram's balance differs from the sum of its own list by { $amount }.
