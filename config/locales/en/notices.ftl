# Told to the owner of the shop.
notice-payment-stuck = The payment of order { $number } ({ $amount }) needs a person: { $reason }
