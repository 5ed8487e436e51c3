# Answers of flows: what is wanted when something else came. $min, $max and $example are numbers or dates.
flow-number-wanted = Son yozing, masalan { $example }.
flow-integer-wanted = Butun son yozing, masalan 3.
flow-number-between = { $min } dan { $max } gacha boʻlgan son yozing.
flow-integer-between = { $min } dan { $max } gacha boʻlgan butun son yozing.
flow-number-from = { $min } yoki undan katta son yozing.
flow-number-until = { $max } yoki undan kichik son yozing.
flow-date-wanted = Sanani yozing, masalan { $example }.
flow-date-between = { $min } dan { $max } gacha boʻlgan sanani yozing.
flow-date-from = { $min } yoki undan keyingi sanani yozing.
flow-date-until = { $max } yoki undan oldingi sanani yozing.
flow-phone-wanted = Telefon raqamini mamlakat kodi bilan yozing, masalan +998 90 123 45 67, yoki pastdagi tugmani bosing.
flow-email-wanted = Elektron pochta manzilini yozing, masalan ada@example.org.
flow-file-wanted = Fayl yoki surat yuboring.
flow-photo-wanted = Surat yuboring.
flow-document-wanted = Fayl yuboring.
flow-file-large = Fayl juda katta: koʻpi bilan { $max } MB boʻlsin.
flow-location-wanted = Joylashuvni yuboring: pastdagi tugmani bosing yoki uni skrepka orqali tanlang.
flow-share-phone = Raqamimni yuborish
flow-share-location = Joylashuvimni yuborish
flow-skip = Oʻtkazib yuborish
flow-webhook-wait = Bir daqiqa: hali tekshiryapmiz.
# What people write for today, tomorrow and the day after it; then how the twelve months' names begin.
flow-date-words = bugun, ertaga, indinga
flow-date-months = yan, fev, mar, apr, may, iyun, iyul, avg, sen, okt, noy, dek
