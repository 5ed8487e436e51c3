# Answers of flows: what is wanted when something else came. $min, $max and $example are numbers or dates.
flow-number-wanted = Escribe un número, por ejemplo { $example }.
flow-integer-wanted = Escribe un número entero, por ejemplo 3.
flow-number-between = Escribe un número de { $min } a { $max }.
flow-integer-between = Escribe un número entero de { $min } a { $max }.
flow-number-from = Escribe un número no menor que { $min }.
flow-number-until = Escribe un número no mayor que { $max }.
flow-date-wanted = Escribe una fecha, por ejemplo { $example }.
flow-date-between = Escribe una fecha del { $min } al { $max }.
flow-date-from = Escribe una fecha a partir del { $min }.
flow-date-until = Escribe una fecha hasta el { $max }.
flow-phone-wanted = Escribe un número de teléfono con el prefijo del país, por ejemplo +34 612 34 56 78, o pulsa el botón de abajo.
flow-email-wanted = Escribe una dirección de correo, por ejemplo ada@example.org.
flow-file-wanted = Envía un archivo o una foto.
flow-photo-wanted = Envía una foto.
flow-document-wanted = Envía un archivo.
flow-file-large = El archivo es demasiado grande: envía uno de { $max } MB como máximo.
flow-location-wanted = Envía una ubicación: pulsa el botón de abajo o elígela con el clip.
flow-share-phone = Compartir mi número
flow-share-location = Enviar mi ubicación
flow-skip = Omitir
flow-webhook-wait = Un momento, por favor: todavía lo estamos comprobando.
# What people write for today, tomorrow and the day after it; then how the twelve months' names begin.
flow-date-words = hoy, mañana, pasado mañana
flow-date-months = ene, feb, mar, abr, may, jun, jul, ago, sep set, oct, nov, dic
