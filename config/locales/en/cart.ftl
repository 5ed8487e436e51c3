# The cart, notes, promo codes, the reminder.
button-cart =
    { $count ->
        [0] 🛒 Cart
       *[other] 🛒 Cart · { $count }
    }
cart = <b>Your cart</b>
cart-empty = Your cart is empty.
cart-full = Your cart is full. Take something out, or check out first.
cart-added = { $quantity } × <b>{ $title }</b> is in your cart.
cart-changed = Your cart has changed meanwhile. Here it is.
cart-not-now = { $title }: not sold to you right now
cart-note = { "   " }<i>{ $note }</i>
button-checkout = Check out · { $total }
button-note = Write a note
button-remove = Take out
note-ask = What should we know about it? Up to { $max } characters.
text-invisible = I cannot see any letters in that. Please write it once more.
text-too-long = This is too long: at most { $max } characters fit.
button-promo = Promo code
button-promo-remove = Without { $code }
promo-ask = Write the promo code.
promo-asking = One moment: I am asking what { $code } gives.
promo-unknown = There is no promo code { $code }.
promo-over = The promo code { $code } was valid until recently, and no longer is.
promo-once = You have used the promo code { $code } already. It is for once each.
promo-used-up = The promo code { $code } has been used up.
promo-not-for-this = The promo code { $code } gives nothing for what is in your cart.
cart-reminder = Something is still in your cart. Shall we go on?
button-no-reminders = No more reminders
reminders-off = I will not remind you of your cart any more.
