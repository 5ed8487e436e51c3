# Ajustes, condiciones, contacto, ayuda, recordatorios.
settings =
    <b>Ajustes</b>

    Nombre: { $name }
    Idioma: { $language }
    Zona horaria: { $zone } (allí son las { $time })
    Recordatorios y ofertas: { $news }
    Horas de silencio: { $quiet }
    Teléfono: { $phone }
    Correo: { $email }
settings-currency = Precios en: { $currency }
settings-not-given = sin indicar
settings-kept = Guardado.
settings-news-on = activados
settings-news-off = desactivados, solo noticias de tus pedidos
news-off-short = Solo te escribiremos sobre tus pedidos.
button-settings = Ajustes
button-zone = Zona horaria
button-currency = Moneda
button-news-on = Activar recordatorios
button-news-off = Quitar recordatorios
button-quiet = Horas de silencio
button-name = Nombre
button-phone = Teléfono
button-email = Correo
button-forget = Olvidarlo
button-leave = Dejarlo como está
button-skip = Saltar

zone-ask = ¿Tu reloj marca las { $time }? Si no, elige tu zona horaria, o escribe tu ciudad en inglés, «UTC+3» o la hora que es ahora para ti, por ejemplo 18:05.
zone-unknown = No conozco ese lugar. Escribe en inglés una ciudad grande cercana, «UTC+3» o la hora que es ahora para ti, por ejemplo 18:05.
zone-unknown-short = Esa zona horaria ya no existe.
currency-ask = ¿En qué moneda mostramos los precios cuando se pueda elegir?
currency-gone = Esa moneda ya no está disponible.
quiet-ask = ¿Cuándo no debemos molestarte? Elige, o escribe las horas, por ejemplo 22-8. Las noticias de tus pedidos llegan a cualquier hora.
quiet-unknown = No he entendido esas horas. Escríbelas así: 22-8 o 21:30-07:00, o elige.
quiet-never = ninguna
quiet-from-to = { $from } – { $to }

terms-ask = Lee esto, por favor. Si estás de acuerdo, podemos empezar.
terms-ask-again = Nuestras condiciones han cambiado. Léelas otra vez, por favor.
terms-none = No hay condiciones que debas aceptar.
terms-agreed = Aceptaste la versión { $version } el { $date }.
terms-changed = Nuestras condiciones han cambiado: léelas, por favor.
terms-thanks = Gracias.
terms-declined = De acuerdo. Sin tu aceptación no podemos recibir pedidos, y no guardamos nada más que esta conversación. Puedes volver a leer las condiciones cuando quieras.
terms-withdrawn = Has retirado tu aceptación. Los pedidos en curso se completan; no recibiremos otros hasta que aceptes de nuevo. Para borrar todo lo tuyo, abre Privacidad.
terms-withdrawn-short = Aceptación retirada.
button-terms = Condiciones
button-agree = Acepto
button-disagree = No acepto
button-withdraw = Retirar mi aceptación

phone-ask = ¿Nos das tu número de teléfono, por si hay preguntas sobre un pedido? Pulsa el botón de abajo o escríbelo con el prefijo del país, por ejemplo +34 91 123 45 67. También puedes saltarlo.
phone-wrong = No parece un número de teléfono. Escríbelo con el prefijo del país, por ejemplo +34 91 123 45 67, o pulsa un botón de abajo.
phone-of-another = Ese número es de otra persona. Comparte el tuyo, o pulsa el otro botón.
phone-kept = Gracias, el número está guardado.
phone-skipped = De acuerdo, lo dejamos como está.
phone-forgotten = Tu número de teléfono está borrado.
email-ask = ¿Y tu correo electrónico, para los recibos? Puedes saltarlo.
email-wrong = No parece un correo electrónico. Escríbelo así: ada@example.com, o pulsa el botón.
button-share-phone = Compartir mi número

faq-search = ¿Qué buscas? Escribe una o dos palabras.
faq-found = Esto es lo que hay sobre «{ $words }»:
faq-nothing = No hay nada sobre «{ $words }». Prueba con otra palabra o escribe a una persona.
faq-gone = Las preguntas han cambiado. Aquí están.
button-search-help = Buscar en la ayuda
button-support = Hablar con una persona
support = Aquí te atiende una persona: { $contact }
    Si es sobre un pedido, indica su número.
support-none = Todavía no se ha indicado cómo hablar con una persona. En Ayuda están las respuestas a casi todo.

registration-reminder = Empezaste a registrarte en <b>{ $shop }</b> y no terminaste. Solo falta un minuto.
reminders-stopped = No te lo recordaremos más. Puedes volver a empezar cuando quieras.
button-stop-reminding = No me lo recuerdes

privacy =
    <b>Privacidad en { $shop }</b>

    Qué guardamos y por qué:
    • tu id y tu nombre de Telegram: para responderte
    • idioma, zona horaria y otros ajustes: para hablarte a tu manera
    • teléfono y correo, si los diste: por si hay preguntas sobre un pedido
    • tu aceptación de las condiciones, con versión y hora: debemos demostrarla
    • pedidos y pagos: lo exige la ley; los datos de tu tarjeta no nos llegan
    • lo que respondiste en cuestionarios

    Los mensajes no se guardan después de responderlos.
