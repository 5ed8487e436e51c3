# Taking one's data away, being erased; and the shop's figures.
button-privacy = Privacy
button-export = Send me my data
button-erase = Erase everything about me
button-erase-really = Yes, erase everything
button-stay = Keep my data after all
export-coming = Your data is on its way.
export-page = Everything that we keep about you. Open it in a browser.
export-json = The same for programs.
erase-ask =
    <b>Erase everything about you?</b>

    Gone for good: your name, contact, settings, agreement, answers and this conversation’s memory, in all our bots.
    What stays: the figures of orders and payments, under a random name that leads to nobody. The law asks for them.

    It happens on { $date }. Until then you can take it back here.
erase-open-orders =
    { $count ->
        [one] You have { $count } order under way: we erase after it is completed, or cancel it first.
       *[other] You have { $count } orders under way: we erase after they are completed, or cancel them first.
    }
erase-begun = Everything about you will be erased on { $date }. If you change your mind until then, press the button.
erase-pending = Everything about you will be erased on { $date }.
erase-too-late = The erasure has begun already.
erase-taken-back = Nothing will be erased.
erase-done = Everything about you is erased. If you write to us again, we begin as strangers.

export-title = Everything that we keep about you
export-made = Gathered at
export-telegram-id = Telegram id
export-conversation = Conversation with
export-reminders = Reminders
export-terms = Terms, version
export-agreed = Agreed at
export-came-by = Came by the link
export-first-seen = First seen
export-number = Number
export-when = When
export-what = What
export-total = Total
export-state = State
export-paid = Paid
export-address = Address
export-questionnaire = Questionnaire
export-question = Question
export-answer = Answer
export-history = History
export-details = Details
export-memory = What the bot remembers
export-updates = Messages that could not be read

stats-head = <b>Customers</b>: { $total }, of which { $count } are new since yesterday; { $reachable } can be reached
stats-orders = Orders, { $state }: { $total }, { $count } since yesterday
stats-sales = <b>Sales</b>: { $total }, { $amount } since yesterday
stats-origin = Came by { $name }: { $count }
