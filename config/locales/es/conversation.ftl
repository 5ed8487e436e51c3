# El menú, el registro, los grupos.
menu =
    <b>{ $shop }</b>
    ¿Qué quieres hacer?
help =
    <b>{ $shop }: ayuda</b>

    /menu – el menú principal
    /shop – elegir y pedir
    /orders – tus pedidos y cómo van
    /language – cambiar de idioma
    /settings – idioma, zona horaria, recordatorios, contacto
    /support – hablar con una persona
    /terms, /privacy – lo que acordamos y lo que guardamos
    /cancel – dejar lo empezado

    Un pedido sin pagar se puede cancelar con el botón que lleva debajo.
hint = No he entendido el mensaje. Esto es lo que puedo hacer:
cancelled = Cancelado.
nothing-to-cancel = No hay nada que cancelar.
button-unknown = Este botón es de una versión anterior. Aquí tienes el menú.
button-old = Esta pregunta ya está respondida.
button-shop = Tienda
button-orders = Mis pedidos
button-language = Idioma
button-help = Ayuda
button-menu = Menú
button-register = Empezar
button-previous = ‹ Anterior
button-next = Siguiente ›
button-back = ‹ Volver

welcome =
    Te damos la bienvenida a <b>{ $shop }</b>.
    ¿En qué idioma hablamos?
language-choose = ¿En qué idioma hablamos?
language-changed = Ahora hablamos español.
language-gone = Este idioma ya no está disponible.
name-ask = ¿Cómo te llamas? Escribe tu nombre.
name-invisible = No veo ninguna letra. Escribe tu nombre, por favor, por ejemplo Ada.
name-too-long =
    { $max ->
        [one] El nombre es demasiado largo. Usa { $max } carácter como máximo, por favor.
       *[other] El nombre es demasiado largo. Usa { $max } caracteres como máximo, por favor.
    }
registered =
    Mucho gusto, <b>{ $name }</b>.
    Ya puedes pedir en <b>{ $shop }</b>. ¿Qué quieres hacer?

group-hint = Atiendo a los clientes de <b>{ $shop }</b> en un chat privado: escríbeme allí.
group-open = Abrir el chat
group-press = Sigamos, por favor, en un chat privado.

too-fast = Demasiado de una vez, lo siento. Espera un minuto, por favor: lo que envíes hasta entonces no podré atenderlo.
