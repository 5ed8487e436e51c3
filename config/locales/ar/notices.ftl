# لصاحب المتجر.
notice-payment-stuck = دفعة الطلب { $number } ({ $amount }) تحتاج إلى شخص: { $reason }
