# Para la gente de la tienda.
admin-order =
    Pedido <b>{ $number }</b>: { $state }
    { $name } · { $total }
admin-payment = Pago: { $state }, recibido { $amount }, devuelto { $total }
admin-order-unknown = No hay ningún pedido { $number }.
admin-order-told = El pedido { $number } se está cancelando. Envía /order { $number } para ver el resultado.
admin-order-usage =
    /order NÚMERO muestra un pedido.
    /order NÚMERO cancel lo cancela mientras no esté pagado o espere a una persona.
