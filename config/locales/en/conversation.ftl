# The way home, becoming a customer, group chats.
menu =
    <b>{ $shop }</b>
    What would you like to do?
help =
    <b>{ $shop }: help</b>

    /menu – the main menu
    /shop – choose and order
    /orders – your orders and what became of them
    /language – change the language
    /settings – language, time zone, reminders, contact
    /support – reach a person
    /terms, /privacy – what we agree on, and what we keep
    /cancel – leave what you began

    An order that is not paid yet can be cancelled with the button under it.
hint = I did not understand that. Here is what I can do:
cancelled = Cancelled.
nothing-to-cancel = There is nothing to cancel.
button-unknown = This button is from an earlier version. Here is the menu.
button-old = This question is answered already.
button-shop = Shop
button-orders = My orders
button-language = Language
button-help = Help
button-menu = Menu
button-register = Begin
button-previous = ‹ Previous
button-next = Next ›
button-back = ‹ Back

welcome =
    Welcome to <b>{ $shop }</b>.
    Which language shall we speak?
language-choose = Which language shall we speak?
language-changed = We speak English now.
language-gone = This language is no longer on offer.
name-ask = What shall we call you? Write your name.
name-invisible = I cannot see any letters in that. Please write your name, for instance Ada.
name-too-long =
    { $max ->
        [one] This name is too long. Please use at most { $max } character.
       *[other] This name is too long. Please use at most { $max } characters.
    }
registered =
    Nice to meet you, <b>{ $name }</b>.
    This is <b>{ $shop }</b>: what would you like to do?

group-hint = I serve customers of <b>{ $shop }</b> in a private chat: write to me there.
group-open = Open the chat
group-press = Please continue in a private chat with me.

too-fast = Too much at once, sorry. Please wait a minute: what you send until then I cannot take in.
