# Para quien lleva la tienda.
notice-payment-stuck = El pago del pedido { $number } ({ $amount }) necesita a una persona: { $reason }
