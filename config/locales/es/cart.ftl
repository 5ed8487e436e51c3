# The cart, notes, promo codes, the reminder.
button-cart =
    { $count ->
        [0] 🛒 Carrito
       *[other] 🛒 Carrito · { $count }
    }
cart = <b>Tu carrito</b>
cart-empty = Tu carrito está vacío.
cart-full = El carrito está lleno. Quita algo o haz el pedido primero.
cart-added = { $quantity } × <b>{ $title }</b>: en tu carrito.
cart-changed = Tu carrito ha cambiado. Aquí está.
cart-not-now = { $title }: ahora no está a la venta
cart-note = { "   " }<i>{ $note }</i>
button-checkout = Pedir · { $total }
button-note = Escribir una nota
button-remove = Quitar
note-ask = ¿Qué debemos saber? Hasta { $max } caracteres.
text-invisible = No veo ninguna letra. Escríbelo otra vez.
text-too-long = Es demasiado largo: caben { $max } caracteres como mucho.
button-promo = Código promocional
button-promo-remove = Sin { $code }
promo-ask = Escribe el código promocional.
promo-asking = Un momento: pregunto qué da { $code }.
promo-unknown = El código { $code } no existe.
promo-over = El código { $code } ha caducado.
promo-once = Ya has usado el código { $code }. Vale una vez por persona.
promo-used-up = El código { $code } se ha agotado.
promo-not-for-this = El código { $code } no vale para lo que hay en tu carrito.
cart-reminder = Aún queda algo en tu carrito. ¿Seguimos?
button-no-reminders = No más recordatorios
reminders-off = No te recordaré más el carrito.
