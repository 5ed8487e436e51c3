# Pagar con Telegram, ayuda con los pagos, suscripciones.
payment-unknown = Esta factura ya no es válida. No se ha cobrado nada. Haz el pedido de nuevo, por favor.
order-paid-twice = El pedido <b>{ $number }</b> se pagó dos veces. Te devolvemos el segundo pago: { $amount }.
invoice-title = Pedido { $number }
command-paysupport = ayuda con los pagos
paysupport =
    <b>{ $shop }: ayuda con los pagos</b>

    ¿Hay algún problema con un pago o quieres que te devolvamos el dinero? Lo revisaremos. Telegram no puede ayudarte con lo que compras aquí.
paysupport-payments = Tus últimos pagos:
paysupport-payment = • <b>{ $number }</b>: { $total }, { $state }
paysupport-none = Todavía no has pagado nada aquí.
paysupport-contact = También puedes escribir a { $contact }. Indica el número del pedido, por favor.
button-pay-help = Preguntar por { $number }
button-pay-help-other = Preguntar por otra cosa
paysupport-told = Hemos avisado a una persona de la tienda, que se pondrá en contacto contigo.
paysupport-told-already = Ya hemos avisado a una persona. Danos un poco de tiempo, por favor.
subscriptions =
    <b>Suscripciones</b>
    Se pagan con Telegram Stars cada 30 días. Puedes dejarlo cuando quieras.
subscriptions-none = Ahora mismo no hay suscripciones.
subscription = <b>{ $title }</b>
plan = <b>{ $title }</b>: { $price } por 30 días
plan-gone = Esto ya no se ofrece.
plan-wait = Un momento.
button-subscriptions = Suscripciones
button-plan = Suscribirme: { $title }
button-plan-stop = Dejar: { $title }
button-plan-keep = Mantener: { $title }
button-subscribe = Suscribirme por { $price }
subscription-offer = { $price } cada 30 días hasta que lo dejes. Suscríbete con el botón de abajo.
subscription-active = Está activa. Se renueva sola el { $until }.
subscription-past-due = No se pudo cobrar la renovación del { $until }. Comprueba que tienes suficientes Stars.
subscription-canceled = La tienes hasta el { $until }. No se renovará.
subscription-ended = Ha terminado. Puedes suscribirte de nuevo cuando quieras.
subscription-on-already = Ya tienes esta suscripción. No se ha cobrado nada.
notice-pay-help = { $name } ({ $reason }) pide ayuda con un pago: { $number }
notice-money-unclaimed = Llegaron { $amount } para «{ $name }», que no conocemos. Cargo { $charge }. Tiene que verlo una persona.
notice-subscription = { $name } necesita a una persona: { $reason }
notice-stars-missed = Stars de { $shop }: supimos de { $amount } para { $name } (cargo { $charge }) solo por la lista de Telegram. Ya está contabilizado.
notice-stars-unclaimed = Stars de { $shop }: { $amount } para «{ $name }», que no conocemos (cargo { $charge }).
notice-stars-unexplained = Stars de { $shop }: { $amount } de un tipo desconocido, «{ $name }» ({ $charge }).
notice-stars-balance = Stars de { $shop }: el saldo de Telegram difiere de la suma de su propia lista en { $amount }.
