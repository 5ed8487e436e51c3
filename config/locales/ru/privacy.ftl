# Свои данные: забрать и удалить; цифры магазина.
button-privacy = Конфиденциальность
button-export = Прислать мои данные
button-erase = Удалить всё обо мне
button-erase-really = Да, удалить всё
button-stay = Всё-таки оставить
export-coming = Ваши данные уже в пути.
export-page = Всё, что мы о вас храним. Откройте в браузере.
export-json = То же для программ.
erase-ask =
    <b>Удалить всё о вас?</b>

    Исчезнет навсегда: имя, контакты, настройки, согласие, ответы и память этого разговора, во всех наших ботах.
    Останется: суммы заказов и платежей под случайным именем, которое ни на кого не указывает. Этого требует закон.

    Это произойдёт { $date }. До тех пор можно передумать здесь же.
erase-open-orders =
    { $count ->
        [one] У вас { $count } незавершённый заказ: удалим после его завершения, или сначала отмените его.
        [few] У вас { $count } незавершённых заказа: удалим после их завершения, или сначала отмените их.
       *[other] У вас { $count } незавершённых заказов: удалим после их завершения, или сначала отмените их.
    }
erase-begun = Всё о вас будет удалено { $date }. Если до тех пор передумаете, нажмите кнопку.
erase-pending = Всё о вас будет удалено { $date }.
erase-too-late = Удаление уже началось.
erase-taken-back = Ничего не будет удалено.
erase-done = Всё о вас удалено. Если напишете снова, начнём как незнакомые.

export-title = Всё, что мы о вас храним
export-made = Собрано
export-telegram-id = Id в Telegram
export-conversation = Разговор с
export-reminders = Напоминания
export-terms = Версия условий
export-agreed = Согласие дано
export-came-by = Пришли по ссылке
export-first-seen = Первый контакт
export-number = Номер
export-when = Когда
export-what = Что
export-total = Сумма
export-state = Состояние
export-paid = Оплачено
export-address = Адрес
export-questionnaire = Анкета
export-question = Вопрос
export-answer = Ответ
export-history = История
export-details = Подробности
export-memory = Что помнит бот
export-updates = Сообщения, которые не удалось прочитать

stats-head = <b>Покупатели</b>: { $total }, новых со вчерашнего дня: { $count }; доступны: { $reachable }
stats-orders = Заказы, { $state }: { $total }, со вчерашнего дня: { $count }
stats-sales = <b>Продажи</b>: { $total }, со вчерашнего дня: { $amount }
stats-origin = Пришли через { $name }: { $count }
