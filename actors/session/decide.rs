//! What a session does: pure. Who spoke, and which part of the conversation it belongs to.

use super::about::Asked;
use super::button::{Act, Press, Surface};
use super::state::{Fact, State, Step, Timer};
use super::turn::Turn;
use super::{
    Incoming, Message, Origin, Session, admin, around, card, cart, checkout, contact, faq, flows,
    goods, home, inline, orders, paysupport, place, privacy, product, registration, remind,
    settings, shop, subscriptions, terms,
};
use crate::capability::{Decision, Input, Moment, Refusal};
use crate::flow;
use crate::intent::{Intent, Keyboard};

pub(super) fn decide(
    state: &State,
    input: &Input<Session>,
    at: &Moment<'_>,
) -> Result<Decision<Session>, Refusal> {
    let Some(mut turn) = Turn::new(state, at) else {
        return Err(Refusal::new("not-a-session", format!("{} is no session's key", at.key)));
    };
    // A pseudonym: what is told to it is for nobody.
    if turn.user() < 0 {
        return Ok(Decision::nothing());
    }
    match input {
        Input::Message(Message::Customer { from, what }) => {
            if *what == Incoming::Blocked {
                left(&mut turn);
            } else {
                let returns = !state.is_reachable();
                turn.meet(from);
                if returns {
                    card::redraw_stale(&mut turn);
                }
                came(&mut turn, what);
            }
        }
        Input::Message(Message::OrderChanged { order, view }) => {
            card::changed(&mut turn, order, view);
        }
        Input::Message(Message::OrderNumberTaken { order }) => {
            place::place_again(&mut turn, order);
        }
        Input::Message(Message::LateMoney { order, amount }) => {
            card::money_news(&mut turn, "order-late-money", order, *amount);
        }
        Input::Message(Message::MoneyReturned { order, amount }) => {
            card::money_news(&mut turn, "order-money-returned", order, *amount);
        }
        Input::Message(Message::EraseNow) => privacy::erase_now(&mut turn),
        Input::Message(Message::Erase) => privacy::empty(&mut turn),
        Input::Message(Message::PaidTwice { order, amount }) => {
            card::money_news(&mut turn, "order-paid-twice", order, *amount);
        }
        Input::Message(Message::SubscriptionChanged { view }) => {
            subscriptions::changed(&mut turn, view);
        }
        Input::Message(Message::Notice { text }) => home::notice(&mut turn, text),
        Input::Timer(Timer::Flow) => match turn.quiet_until() {
            Some(at) => turn.timer(Timer::Flow, at),
            None => flows::time_out(&mut turn),
        },
        Input::Timer(Timer::Erasure) => privacy::time_out(&mut turn),
        Input::Timer(Timer::Registration) => remind::time_out(&mut turn),
        Input::Message(Message::Goods { order, parcels }) => {
            goods::deliver(&mut turn, order, parcels);
        }
        Input::Message(Message::PromoQuoted { code, terms }) => {
            cart::promo_quoted(&mut turn, code, terms);
        }
        Input::Message(Message::PromoUnknown { code, reason }) => {
            cart::promo_unknown(&mut turn, code, reason);
        }
        Input::Message(Message::Inline { from, query, words, offset, bot_username }) => {
            turn.speak_as(from);
            inline::asked(&mut turn, bot_username, (query, words, offset));
        }
        Input::Timer(Timer::Cart) => match turn.quiet_until() {
            Some(at) => turn.timer(Timer::Cart, at),
            None => cart::remind(&mut turn),
        },
        Input::Result { intent: Intent::Webhook(call), outcome } => {
            flows::replied(&mut turn, call, outcome);
        }
        Input::Result { intent, outcome } => card::sent(&mut turn, intent, outcome),
    }
    Ok(turn.done())
}

/// They blocked the bot: nothing is sent until they write again.
pub(super) fn left(turn: &mut Turn<'_>) {
    if turn.who.as_ref().is_some_and(|who| who.reachable) {
        turn.customer(Fact::Left);
    }
}

fn came(turn: &mut Turn<'_>, what: &Incoming) {
    if terms::stop(turn, what) {
        terms::ask(turn);
        if let Incoming::Press { query, .. } = what {
            let toast = turn.plain("terms-changed", &[]);
            turn.answer_press(query, Some(toast));
        }
        return;
    }
    match what {
        Incoming::Text { text, .. } => said(turn, text),
        Incoming::Command { name, argument, .. } => command(turn, name, argument),
        Incoming::Press { query, message_id, data } => pressed(turn, query, *message_id, data),
        Incoming::Contact { phone, .. } if turn.state.step == Step::Phone => {
            checkout::phone_said(turn, phone);
        }
        Incoming::Contact { phone, user_id, .. } => contact_shared(turn, phone, *user_id),
        Incoming::Location { latitude_e6, longitude_e6, .. } => {
            let (latitude_e6, longitude_e6) = (*latitude_e6, *longitude_e6);
            other(turn, flow::Input::Location { latitude_e6, longitude_e6 });
        }
        Incoming::File { kind, file_id, name, bytes, .. } => {
            let (id, name, bytes) = (&**file_id, name.as_deref(), *bytes);
            other(turn, flow::Input::File { kind, id, name, bytes });
        }
        Incoming::Other { .. } => other(turn, flow::Input::Other),
        Incoming::TooFast { query } => home::too_fast(turn, query.as_deref()),
        // What was said counts as it was said.
        Incoming::Edited { .. } | Incoming::Blocked | Incoming::Unblocked => {}
    }
}

fn command(turn: &mut Turn<'_>, name: &str, argument: &str) {
    match name {
        "start" => start(turn, argument),
        "cancel" => home::cancel(turn),
        "help" => faq::help(turn, argument),
        "terms" => terms::show(turn),
        "privacy" => privacy::show(turn),
        "support" => faq::support(turn),
        "stats" if turn.is_admin() => admin::stats(turn),
        "order" if turn.is_admin() => admin::order(turn, argument),
        "settings" if !turn.state.is_registered() => registration::begin(turn),
        "settings" => settings::show(turn),
        "language" => registration::languages(turn),
        "paysupport" => paysupport::page(turn),
        "menu" | "shop" | "orders" | "cart" | "search" | "subscriptions"
            if !turn.state.is_registered() =>
        {
            registration::begin(turn)
        }
        "menu" => home::menu(turn),
        "shop" => shop::front(turn, 0),
        "cart" => cart::page(turn, 0),
        "search" if argument.is_empty() => shop::search(turn),
        "search" => shop::search_said(turn, argument),
        "orders" => orders::page(turn, 0),
        "subscriptions" => subscriptions::page(turn),
        _ => {
            let flows = turn.at.house.flows.clone();
            match flows.bound_to_command(&format!("/{name}")) {
                Some(flow) => flows::begin(turn, flow),
                None => home::hint(turn),
            }
        }
    }
}

fn start(turn: &mut Turn<'_>, payload: &str) {
    turn.came_by(payload);
    let flows = turn.at.house.flows.clone();
    let flow = flows.bound_to_start(payload);
    // A flow for every /start greets newcomers; customers have their menu, unless the link was made for the flow.
    let for_this_link = |flow: &flow::Flow| match flow.binding() {
        flow::Binding::Start(prefix) => !prefix.is_empty(),
        _ => false,
    };
    match flow {
        Some(flow) if !turn.state.is_registered() || for_this_link(flow) => {
            flows::begin(turn, flow);
        }
        _ => {
            let origin = Origin::parse(payload);
            let product = origin.as_ref().and_then(Origin::product).map(str::to_owned);
            match (turn.state.is_registered(), product) {
                (true, Some(product)) => {
                    linked(turn, &product);
                }
                (true, None) => {
                    turn.step_to(Step::Idle);
                    home::menu(turn);
                }
                (false, product) => {
                    registration::wanted(turn, product);
                    registration::begin(turn);
                }
            }
        }
    }
}

/// A link to a product was followed.
pub(super) fn linked(turn: &mut Turn<'_>, id: &str) {
    if shop::sold(turn, id).is_none() {
        let html = turn.say("product-gone", &[]);
        turn.send(html, Keyboard::None);
    }
    // What is shown beside a button has been said already.
    drop(product::open(turn, id));
}

/// A text: an answer to what was asked, or the beginning of something.
fn said(turn: &mut Turn<'_>, text: &str) {
    match &turn.state.step {
        Step::Language => registration::language_said(turn, text),
        Step::About(asked) if turn.state.run.is_none() => asked_said(turn, *asked, text),
        Step::Name => registration::name_said(turn, text),
        Step::Quantity { product }
            if turn.state.run.is_none() || product::number(text).is_some() =>
        {
            product::quantity_said(turn, product, text);
        }
        Step::Search if turn.state.run.is_none() => shop::search_said(turn, text),
        Step::Note { sku } if turn.state.run.is_none() => cart::note_said(turn, sku, text),
        Step::Promo if turn.state.run.is_none() => cart::promo_said(turn, text),
        Step::Address if turn.state.run.is_none() => checkout::address_said(turn, text),
        Step::Phone if turn.state.run.is_none() => checkout::phone_said(turn, text),
        _ if turn.state.run.is_some() => flows::answer(turn, flow::Input::Text(text)),
        _ => {
            let flows = turn.at.house.flows.clone();
            match flows.bound_to_text(text) {
                Some(flow) => flows::begin(turn, flow),
                None if !turn.state.is_registered() => registration::begin(turn),
                None if contact::is_leftover(turn, text) => contact::leave(turn),
                None => home::hint(turn),
            }
        }
    }
}

fn asked_said(turn: &mut Turn<'_>, asked: Asked, text: &str) {
    match asked {
        Asked::Terms => terms::ask(turn),
        Asked::Phone { alone } => contact::phone_said(turn, text, alone),
        Asked::Email { alone } => contact::email_said(turn, text, alone),
        Asked::Name => settings::name_said(turn, text),
        Asked::Zone => settings::zone_said(turn, text),
        Asked::Quiet => settings::quiet_said(turn, text),
        Asked::Question => faq::search(turn, text),
    }
}

fn contact_shared(turn: &mut Turn<'_>, phone: &str, owner: Option<i64>) {
    match turn.state.step {
        Step::About(Asked::Phone { alone }) => contact::shared(turn, phone, owner, alone),
        _ if turn.state.run.is_some() => other(turn, flow::Input::Phone(phone)),
        // The keyboard was still open.
        _ if turn.is_registered() && owner == Some(turn.user()) => {
            contact::shared(turn, phone, owner, true);
        }
        _ => other(turn, flow::Input::Phone(phone)),
    }
}

/// A sticker, a photo, a contact: what only a flow may have asked for, and answered in the light of what was asked.
fn other(turn: &mut Turn<'_>, what: flow::Input<'_>) {
    match &turn.state.step {
        Step::Language => registration::language_said(turn, ""),
        Step::About(Asked::Question) => faq::search_wanted(turn),
        Step::About(asked) if turn.state.run.is_none() => asked_said(turn, *asked, ""),
        Step::Name => registration::name_wanted(turn),
        Step::Quantity { product } if turn.state.run.is_none() => {
            product::quantity_said(turn, product, "");
        }
        Step::Search if turn.state.run.is_none() => shop::search(turn),
        Step::Note { sku } if turn.state.run.is_none() => cart::note_said(turn, sku, ""),
        Step::Promo if turn.state.run.is_none() => cart::promo(turn),
        Step::Address if turn.state.run.is_none() => checkout::address(turn),
        Step::Phone if turn.state.run.is_none() => checkout::phone(turn),
        _ if turn.state.run.is_some() => flows::answer(turn, what),
        _ if turn.state.is_registered() => home::hint(turn),
        _ => registration::begin(turn),
    }
}

fn pressed(turn: &mut Turn<'_>, query: &str, message_id: Option<i64>, data: &str) {
    if let Some(press) = flow::Press::parse(data) {
        let toast = flows::pressed(turn, press, message_id);
        turn.answer_press(query, toast);
        return;
    }
    let Some(Press { on, act }) = Press::parse(data) else {
        let toast = turn.plain("button-unknown", &[]);
        turn.answer_press(query, Some(toast));
        return home_or_registration(turn);
    };
    // Cards had buttons of texts once.
    let kept = on == Surface::Kept || message_id.is_some_and(|id| turn.state.has_card_at(id));
    turn.pressed = message_id.filter(|_| !kept).map(|id| (id, on));
    let toast = act_on(turn, message_id, act);
    turn.answer_press(query, toast);
}

fn home_or_registration(turn: &mut Turn<'_>) {
    match turn.state.is_registered() {
        true => home::menu(turn),
        false => registration::begin(turn),
    }
}

/// What is shown beside the button for a moment, if anything.
fn act_on(turn: &mut Turn<'_>, message_id: Option<i64>, act: Act) -> Option<String> {
    match act {
        Act::Languages => registration::languages(turn),
        Act::Language { code } => return registration::language_pressed(turn, &code),
        Act::Help => faq::help(turn, ""),
        Act::Register if turn.state.is_registered() => home::menu(turn),
        Act::Register => registration::resume(turn),
        Act::Around(act) => return around::act(turn, &act),
        Act::PayHelp { number } => return paysupport::ask(turn, &number),
        // A button from before they were forgotten, or of somebody who never finished.
        _ if !turn.state.is_registered() => registration::begin(turn),
        Act::Home => {
            turn.step_to(Step::Idle);
            home::menu(turn);
        }
        Act::Shop { page } => shop::front(turn, page),
        Act::Category { id, page } => return shop::category(turn, &id, page),
        Act::Search => shop::search(turn),
        Act::Found { page } => shop::found(turn, page),
        Act::Favourites { page } => shop::favourites(turn, page),
        Act::Regions => shop::regions(turn),
        Act::Region { id } => return checkout::region_chosen(turn, &id),
        Act::Product { product } => return product::open(turn, &product),
        Act::Choose { sku } => return product::choose(turn, &sku),
        Act::Take { sku, quantity } => return product::take(turn, &sku, quantity),
        Act::Favourite { product } => return product::favourite(turn, &product),
        other => return buy(turn, message_id, other),
    }
    None
}

/// From the cart on.
fn buy(turn: &mut Turn<'_>, message_id: Option<i64>, act: Act) -> Option<String> {
    match act {
        Act::Cart { page } => cart::page(turn, page),
        Act::Set { sku, quantity } => return cart::set(turn, &sku, quantity),
        Act::Pick { sku } => return cart::pick(turn, &sku),
        Act::Note { sku } => return cart::note(turn, &sku),
        Act::Promo => cart::promo(turn),
        Act::NoPromo => cart::no_promo(turn),
        Act::Checkout { till } => checkout::checkout(turn, till),
        Act::Methods => checkout::choose_method(turn),
        Act::Method { id } => return checkout::method_chosen(turn, &id),
        Act::Address => checkout::address(turn),
        Act::Phone => checkout::phone(turn),
        Act::NoPhone => return checkout::no_phone(turn),
        Act::Place { nonce } => return place::place(turn, nonce),
        Act::Again { number } => return goods::order_again(turn, &number),
        Act::Goods { number } => return goods::again(turn, &number),
        Act::Receipt { number } => return goods::receipt(turn, &number),
        Act::NoReminders => return cart::no_reminders(turn),
        Act::Orders { page } => orders::page(turn, page),
        Act::Order { number } => return orders::open(turn, &number),
        Act::CancelOrder { number } => return orders::cancel(turn, &number, message_id),
        Act::Pay { number } => return orders::invoice(turn, &number),
        Act::Plans => subscriptions::page(turn),
        Act::Plan { plan } => return subscriptions::want(turn, &plan),
        Act::StopPlan { plan } => return subscriptions::edit(turn, &plan, true),
        Act::KeepPlan { plan } => return subscriptions::edit(turn, &plan, false),
        // Those of the shelves are known above.
        Act::Home
        | Act::Register
        | Act::Languages
        | Act::Language { .. }
        | Act::Help
        | Act::Around(_)
        | Act::Shop { .. }
        | Act::Category { .. }
        | Act::Search
        | Act::Found { .. }
        | Act::Favourites { .. }
        | Act::Regions
        | Act::Region { .. }
        | Act::Product { .. }
        | Act::Choose { .. }
        | Act::Take { .. }
        | Act::Favourite { .. }
        | Act::PayHelp { .. } => {}
    }
    None
}
