# Choosing.
shop-empty = The shop has nothing to offer right now. Please come back later.
shop-front =
    <b>Shop</b>
    What are you looking for?
shop-category = <b>{ $title }</b>
shop-page = Page { $page } of { $pages }
category-gone = This category is no longer there.
product =
    <b>{ $title }</b>
    { $price }
product-from = from { $price }
product-gone = This product is no longer for sale. Here is what we have.
variant-ask = Which one?
quantity-ask = How many? Press a number or write one, up to { $max }.
quantity-range = Please write a number from 1 to { $max }.
quantity-in-cart = In your cart: { $quantity }
search-ask = What are you looking for? Write a word or two.
search-found =
    { $count ->
        [one] “{ $query }”: { $count } product. Write another word to look for something else.
       *[other] “{ $query }”: { $count } products. Write another word to look for something else.
    }
search-none = Nothing is called “{ $query }”. Write another word.
favourites = <b>Your favourites</b>
favourites-none = You keep nothing in mind yet. Press ♡ under a product.
favourite-kept = Kept among your favourites
favourite-let-go = No longer among your favourites
region-ask = Where shall it go? We show what is sold there.
region-gone = We no longer send there.
button-search = 🔎 Search
button-favourites = ♡ Favourites
button-favourite = ♡ Keep in mind
button-favourite-kept = ♥ Kept
button-share = Share
button-open = Open in the shop
button-region = 📍 { $title }
button-region-none = 📍 Where to?
button-region-change = Region
