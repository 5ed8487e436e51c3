# La vida de un pedido. En la tarjeta el número va siempre como <b>número</b>.
order-card = Pedido <b>{ $number }</b> — { $state }
order-line = { $quantity } × { $title } · { $price }
order-more-lines =
    { $count ->
        [one] y { $count } artículo más
       *[other] y { $count } artículos más
    }
order-total = Total: <b>{ $total }</b>
order-preparing = Un momento: estamos apartando el pedido para ti.
order-pay-within =
    { $minutes ->
        [one] Te lo guardamos { $minutes } minuto. Paga con el botón de abajo.
       *[other] Te lo guardamos { $minutes } minutos. Paga con el botón de abajo.
    }
order-declined = El pago fue rechazado y no se cobró nada. Puedes intentarlo de nuevo con el botón de abajo.
order-out-of-stock =
    { $available ->
        [0] «{ $title }» se acaba de agotar.
        [one] De «{ $title }» solo queda { $available }. Puedes pedir una cantidad menor.
       *[other] De «{ $title }» solo quedan { $available }. Puedes pedir una cantidad menor.
    }
order-money-on-its-way = Te estamos devolviendo el dinero.
order-expired = El plazo para pagar ha terminado. Puedes volver a pedir cuando quieras.
order-not-charged = No se ha cobrado nada.
order-failed = No se pudo iniciar el pago y no se cobró nada. Inténtalo más tarde, por favor.
order-held = Una persona está revisando el pago y lo resolverá. No tienes que hacer nada.
order-state-preparing = en preparación
order-state-awaiting-payment = pendiente de pago
order-state-paid = pagado
order-state-cancelled = cancelado
order-state-expired = caducado
order-state-refused = sin existencias
order-state-failed = pago no iniciado
order-state-held = en revisión
order-state-refunded = reembolsado
order-placed-already = El pedido { $number } ya está hecho.
order-unknown = El pedido { $number } no está entre tus últimos pedidos.
order-cancelling = Cancelando el pedido { $number }.
order-not-cancellable = El pedido { $number } ya no se puede cancelar aquí.
order-late-money = { $amount } del pedido <b>{ $number }</b> llegaron después de cerrarse el pedido. Te los devolvemos.
order-money-returned = Te hemos devuelto { $amount } del pedido <b>{ $number }</b>. Pueden tardar unos días en aparecer.
receipt =
    <b>Recibo</b>
    Pedido <b>{ $number }</b>: { $total } recibidos. Gracias.
orders-none = Todavía no has pedido nada.
orders-page =
    { $pages ->
        [1] <b>Tus pedidos</b>: { $count }
       *[other] <b>Tus pedidos</b>: { $count } · página { $page } de { $pages }
    }
button-pay = Pagar { $total }
button-cancel-order = Cancelar el pedido
payment-closed = El pedido { $number } ya no se puede pagar. No se ha cobrado nada.
