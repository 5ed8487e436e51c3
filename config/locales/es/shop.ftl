# Elegir.
shop-empty = Ahora mismo la tienda no tiene nada que ofrecer. Vuelve más tarde, por favor.
shop-page =
    { $pages ->
        [1] <b>Tienda</b>
       *[other] <b>Tienda</b> · página { $page } de { $pages }
    }
product =
    <b>{ $title }</b>
    { $price }
product-gone = Este producto ya no está a la venta. Esto es lo que tenemos.
quantity-ask = ¿Cuántas unidades? Pulsa un número o escríbelo, hasta { $max }.
quantity-range = Escribe, por favor, un número del 1 al { $max }.
summary =
    <b>Tu pedido</b>
    { $quantity } × { $title }, { $price } por unidad

    Total: <b>{ $total }</b>
summary-again = Revísalo otra vez, por favor: así está ahora.
button-place = Hacer el pedido
button-change = Cambiar
