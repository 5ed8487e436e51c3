# Doʻkon egasiga.
notice-payment-stuck = { $number } buyurtmasining toʻlovi ({ $amount }) inson aralashuvini talab qiladi: { $reason }
