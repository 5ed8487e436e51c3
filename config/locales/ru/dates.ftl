# Даты и время. Названия месяцев так, как они стоят в дате.
month-1 = января
month-2 = февраля
month-3 = марта
month-4 = апреля
month-5 = мая
month-6 = июня
month-7 = июля
month-8 = августа
month-9 = сентября
month-10 = октября
month-11 = ноября
month-12 = декабря
date = { $day } { $month } { $year } г.
clock-before-noon = { $time }
clock-after-noon = { $time }
moment = { $date }, { $time }
