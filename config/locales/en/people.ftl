# Settings, terms, contact, help, reminders: everything around the shop.
settings =
    <b>Settings</b>

    Name: { $name }
    Language: { $language }
    Time zone: { $zone } (it is { $time } there)
    Reminders and offers: { $news }
    Quiet hours: { $quiet }
    Phone: { $phone }
    E-mail: { $email }
settings-currency = Prices in: { $currency }
settings-not-given = not given
settings-kept = Saved.
settings-news-on = on
settings-news-off = off, only news of your orders
news-off-short = You will hear from us only about your orders.
button-settings = Settings
button-zone = Time zone
button-currency = Currency
button-news-on = Turn reminders on
button-news-off = Turn reminders off
button-quiet = Quiet hours
button-name = Name
button-phone = Phone
button-email = E-mail
button-forget = Forget it
button-leave = Leave it as it is
button-skip = Skip

zone-ask = Your clock shows { $time }? If not, choose your time zone, or write your city, “UTC+3”, or the time that it is for you now, for instance 18:05.
zone-unknown = I do not know this place. Write a large city nearby in English, “UTC+3”, or the time that it is for you now, for instance 18:05.
zone-unknown-short = This time zone is no longer known.
currency-ask = In which currency shall we show prices, where there is a choice?
currency-gone = This currency is no longer on offer.
quiet-ask = When shall we leave you alone? Choose, or write hours, for instance 22-8. News of your own orders come at any time.
quiet-unknown = I did not understand these hours. Write them like 22-8 or 21:30-07:00, or choose.
quiet-never = none
quiet-from-to = { $from } – { $to }

terms-ask = Please read this. If you agree, we can begin.
terms-ask-again = Our terms have changed. Please read them once more.
terms-none = There are no terms that you would have to agree to.
terms-agreed = You agreed to version { $version } on { $date }.
terms-changed = Our terms have changed: please read them.
terms-thanks = Thank you.
terms-declined = That is fine. Without your agreement we cannot take orders, and we keep nothing beyond this conversation. You can read the terms again at any time.
terms-withdrawn = You took your agreement back. Orders under way are completed; we take no new ones until you agree again. To have everything about you erased, open Privacy.
terms-withdrawn-short = Your agreement is withdrawn.
button-terms = Terms
button-agree = I agree
button-disagree = I do not agree
button-withdraw = Withdraw my agreement

phone-ask = May we have your phone number, for questions about an order? Press the button below, or write it with the country code, for instance +44 20 7946 0000. You can also skip this.
phone-wrong = I cannot read this as a phone number. Write it with the country code, for instance +44 20 7946 0000, or press a button below.
phone-of-another = This is somebody else’s number. Please share your own, or press the other button.
phone-kept = Thank you, the number is saved.
phone-skipped = All right, we leave it as it is.
phone-forgotten = Your phone number is deleted.
email-ask = And your e-mail address, for receipts? You can skip this.
email-wrong = This does not look like an e-mail address. Write it like ada@example.com, or press the button.
button-share-phone = Share my phone number

faq-search = What are you looking for? Write one or two words.
faq-found = What we found for “{ $words }”:
faq-nothing = We found nothing for “{ $words }”. Try another word, or write to a person.
faq-gone = The questions have changed. Here they are.
button-search-help = Search in help
button-support = Reach a person
support = You reach a person here: { $contact }
    Name the number of your order if it is about one.
support-none = Nobody has said yet how to reach a person here. The questions under Help answer most of what people ask.

registration-reminder = You began to register at <b>{ $shop }</b> and did not finish. It takes one more minute.
reminders-stopped = We will not remind you any more. You can begin again whenever you like.
button-stop-reminding = Do not remind me

privacy =
    <b>Privacy at { $shop }</b>

    What we keep, and why:
    • your Telegram id and name: to answer you
    • language, time zone and other settings: so that we speak your way
    • phone and e-mail, if you gave them: for questions about an order
    • your agreement to the terms, with version and time: we have to prove it
    • orders and payments: the law asks for them; card details never reach us
    • answers that you gave in questionnaires

    Messages are not kept once they are answered.
