# Answers of flows: what is wanted when something else came. $min, $max and $example are numbers or dates.
flow-number-wanted = Напишите число, например { $example }.
flow-integer-wanted = Напишите целое число, например 3.
flow-number-between = Напишите число от { $min } до { $max }.
flow-integer-between = Напишите целое число от { $min } до { $max }.
flow-number-from = Напишите число не меньше { $min }.
flow-number-until = Напишите число не больше { $max }.
flow-date-wanted = Напишите дату, например { $example }.
flow-date-between = Напишите дату с { $min } по { $max }.
flow-date-from = Напишите дату не раньше { $min }.
flow-date-until = Напишите дату не позже { $max }.
flow-phone-wanted = Напишите номер телефона с кодом страны, например +998 90 123 45 67, или нажмите кнопку ниже.
flow-email-wanted = Напишите адрес электронной почты, например ada@example.org.
flow-file-wanted = Отправьте файл или фотографию.
flow-photo-wanted = Отправьте фотографию.
flow-document-wanted = Отправьте файл.
flow-file-large = Файл слишком большой: отправьте не больше { $max } МБ.
flow-location-wanted = Отправьте место: нажмите кнопку ниже или выберите его через скрепку.
flow-share-phone = Отправить мой номер
flow-share-location = Отправить, где я
flow-skip = Пропустить
flow-webhook-wait = Одну минуту: мы ещё проверяем.
# What people write for today, tomorrow and the day after it; then how the twelve months' names begin.
flow-date-words = сегодня, завтра, послезавтра
flow-date-months = янв, фев, мар, апр, май мая, июн, июл, авг, сен, окт, ноя, дек
