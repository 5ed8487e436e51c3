# Llevarse los datos, borrarlos; y las cifras de la tienda.
button-privacy = Privacidad
button-export = Enviarme mis datos
button-erase = Borrar todo lo mío
button-erase-really = Sí, borrar todo
button-stay = Mejor conservarlo
export-coming = Tus datos están en camino.
export-page = Todo lo que guardamos de ti. Ábrelo en un navegador.
export-json = Lo mismo para programas.
erase-ask =
    <b>¿Borrar todo lo tuyo?</b>

    Desaparece para siempre: tu nombre, contacto, ajustes, aceptación, respuestas y la memoria de esta conversación, en todos nuestros bots.
    Queda: las cifras de pedidos y pagos, bajo un nombre al azar que no lleva a nadie. La ley las exige.

    Ocurre el { $date }. Hasta entonces puedes echarte atrás aquí.
erase-open-orders =
    { $count ->
        [one] Tienes { $count } pedido en curso: borramos cuando se complete, o cancélalo antes.
       *[other] Tienes { $count } pedidos en curso: borramos cuando se completen, o cancélalos antes.
    }
erase-begun = Todo lo tuyo se borrará el { $date }. Si cambias de idea antes, pulsa el botón.
erase-pending = Todo lo tuyo se borrará el { $date }.
erase-too-late = El borrado ya ha empezado.
erase-taken-back = No se borrará nada.
erase-done = Todo lo tuyo está borrado. Si vuelves a escribirnos, empezamos como desconocidos.

export-title = Todo lo que guardamos de ti
export-made = Reunido
export-telegram-id = Id de Telegram
export-conversation = Conversación con
export-reminders = Recordatorios
export-terms = Versión de las condiciones
export-agreed = Aceptadas
export-came-by = Llegó por el enlace
export-first-seen = Primer contacto
export-number = Número
export-when = Cuándo
export-what = Qué
export-total = Total
export-state = Estado
export-paid = Pagado
export-address = Dirección
export-questionnaire = Cuestionario
export-question = Pregunta
export-answer = Respuesta
export-history = Historia
export-details = Detalles
export-memory = Lo que recuerda el bot
export-updates = Mensajes que no se pudieron leer

stats-head = <b>Clientes</b>: { $total }; nuevos desde ayer: { $count }; localizables: { $reachable }
stats-orders = Pedidos, { $state }: { $total }; desde ayer: { $count }
stats-sales = <b>Ventas</b>: { $total }; desde ayer: { $amount }
stats-origin = Llegaron por { $name }: { $count }
