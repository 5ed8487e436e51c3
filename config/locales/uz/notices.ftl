# Doʻkon egasiga.
notice-payment-stuck = { $number } buyurtmasining toʻlovi ({ $amount }) inson eʼtiborini talab qiladi: { $reason }
