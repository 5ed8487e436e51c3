# Choosing.
shop-empty = The shop has nothing to offer right now. Please come back later.
shop-page =
    { $pages ->
        [1] <b>Shop</b>
       *[other] <b>Shop</b> · page { $page } of { $pages }
    }
product =
    <b>{ $title }</b>
    { $price }
product-gone = This product is no longer for sale. Here is what we have.
quantity-ask = How many? Press a number or write one, up to { $max }.
quantity-range = Please write a number from 1 to { $max }.
summary =
    <b>Your order</b>
    { $quantity } × { $title }, { $price } each

    Total: <b>{ $total }</b>
summary-again = Please look at it once more: this is the present state.
button-place = Place order
button-change = Change
