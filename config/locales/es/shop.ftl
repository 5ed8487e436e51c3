# Choosing.
shop-empty = Ahora mismo la tienda no tiene nada. Vuelve más tarde.
shop-front =
    <b>Tienda</b>
    ¿Qué buscas?
shop-category = <b>{ $title }</b>
shop-page = Página { $page } de { $pages }
category-gone = Esta categoría ya no existe.
product =
    <b>{ $title }</b>
    { $price }
product-from = desde { $price }
product-gone = Este producto ya no se vende. Esto es lo que tenemos.
variant-ask = ¿Cuál quieres?
quantity-ask = ¿Cuántos? Pulsa un número o escríbelo, hasta { $max }.
quantity-range = Escribe un número del 1 al { $max }.
quantity-in-cart = En tu carrito: { $quantity }
search-ask = ¿Qué buscas? Escribe una o dos palabras.
search-found =
    { $count ->
        [one] «{ $query }»: { $count } producto. Escribe otra palabra para buscar otra cosa.
       *[other] «{ $query }»: { $count } productos. Escribe otra palabra para buscar otra cosa.
    }
search-none = No hay nada con «{ $query }». Escribe otra palabra.
favourites = <b>Tus favoritos</b>
favourites-none = Aún no guardas nada. Pulsa ♡ bajo un producto.
favourite-kept = Guardado en favoritos
favourite-let-go = Quitado de favoritos
region-ask = ¿Adónde lo enviamos? Mostramos lo que se vende allí.
region-gone = Ya no enviamos allí.
button-search = 🔎 Buscar
button-favourites = ♡ Favoritos
button-favourite = ♡ Guardar
button-favourite-kept = ♥ Guardado
button-share = Compartir
button-open = Abrir en la tienda
button-region = 📍 { $title }
button-region-none = 📍 ¿Adónde?
button-region-change = Región
