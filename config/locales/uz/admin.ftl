# Doʻkonning oʻz odamlari uchun.
admin-order =
    Buyurtma <b>{ $number }</b>: { $state }
    { $name } · { $total }
admin-payment = Toʻlov: { $state }, olindi { $amount }, qaytarildi { $total }
admin-order-unknown = { $number } raqamli buyurtma yoʻq.
admin-order-told = { $number } buyurtma bekor qilinmoqda. Natijani koʻrish uchun /order { $number } deb yuboring.
admin-order-usage =
    /order RAQAM buyurtmani koʻrsatadi.
    /order RAQAM cancel uni toʻlanmagan yoki odamni kutayotgan boʻlsa bekor qiladi.
