# Владельцу магазина.
notice-payment-stuck = Платёж по заказу { $number } ({ $amount }) требует внимания человека: { $reason }
