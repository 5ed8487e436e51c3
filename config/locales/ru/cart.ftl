# The cart, notes, promo codes, the reminder.
button-cart =
    { $count ->
        [0] 🛒 Корзина
       *[other] 🛒 Корзина · { $count }
    }
cart = <b>Ваша корзина</b>
cart-empty = Корзина пуста.
cart-full = Корзина заполнена. Уберите что-нибудь или сначала оформите заказ.
cart-added = { $quantity } × <b>{ $title }</b> — в корзине.
cart-changed = Корзина с тех пор изменилась. Вот она.
cart-not-now = { $title }: сейчас не продаётся
cart-note = { "   " }<i>{ $note }</i>
button-checkout = Оформить · { $total }
button-note = Добавить примечание
button-remove = Убрать
note-ask = Что нам важно знать? До { $max } символов.
text-invisible = Здесь не видно ни одной буквы. Напишите ещё раз.
text-too-long = Слишком длинно: помещается не больше { $max } символов.
button-promo = Промокод
button-promo-remove = Без { $code }
promo-ask = Напишите промокод.
promo-asking = Минуту: узнаю, что даёт { $code }.
promo-unknown = Промокода { $code } нет.
promo-over = Срок действия промокода { $code } истёк.
promo-once = Вы уже использовали промокод { $code }. Он действует один раз.
promo-used-up = Промокод { $code } закончился.
promo-not-for-this = Промокод { $code } не действует на то, что в корзине.
cart-reminder = В корзине кое-что осталось. Продолжим?
button-no-reminders = Больше не напоминать
reminders-off = Больше не буду напоминать о корзине.
