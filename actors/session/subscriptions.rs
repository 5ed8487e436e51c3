//! /subscriptions: what can be paid for month by month, and stopping it. Knows no money.

use entities::{Currency, Money};

use super::button::{Act, Surface};
use super::home;
use super::state::{Fact, Step};
use super::turn::{Turn, press};
use crate::house::Rules;
use crate::intent::{Button, Keyboard, Lane, Method};
use crate::payment::Plan;
use crate::subscription::{self, Message, Stage, Terms, View};
use crate::texts;

pub(super) fn page(turn: &mut Turn<'_>) {
    turn.step_to(Step::Idle);
    let rules = turn.at.house.rules.clone();
    if rules.ways.plans.is_empty() {
        let html = turn.say("subscriptions-none", &[]);
        let home = home::home_button(turn);
        return turn.show(html, Keyboard::Inline(vec![vec![home]]));
    }
    let mut html = turn.say("subscriptions", &[]);
    let mut rows = Vec::new();
    for plan in &rules.ways.plans {
        html.push_str("\n\n");
        html.push_str(&described(turn, plan));
        rows.extend(buttons(turn, plan));
    }
    rows.push(vec![home::home_button(turn)]);
    turn.show(html, Keyboard::Inline(rows));
}

fn view<'t>(turn: &'t Turn<'_>, plan: &str) -> Option<&'t View> {
    turn.state.subscriptions.iter().find(|view| view.plan == plan)
}

fn described(turn: &Turn<'_>, plan: &Plan) -> String {
    let price = texts::money(turn.lang(), Money::new(plan.stars, Currency::XTR));
    let args = [("title", plan.title.as_str().into()), ("price", price.into())];
    let mut html = format!("{}\n{}", turn.say("plan", &args), texts::escape(&plan.description));
    if let Some(view) = view(turn, &plan.id).filter(|view| view.stage.is_on()) {
        html.push('\n');
        html.push_str(&state(turn, view));
    }
    html
}

/// What the customer has of it.
fn state(turn: &Turn<'_>, view: &View) -> String {
    let args = [("until", turn.moment(view.until_ms).into())];
    match view.stage {
        Stage::Active => turn.say("subscription-active", &args),
        Stage::PastDue => turn.say("subscription-past-due", &args),
        Stage::Canceled => turn.say("subscription-canceled", &args),
        Stage::Quoted | Stage::Offered | Stage::Ended => turn.say("subscription-ended", &[]),
    }
}

fn buttons(turn: &Turn<'_>, plan: &Plan) -> Option<Vec<Button>> {
    let (key, act) = match view(turn, &plan.id).map(|view| view.stage) {
        Some(Stage::Active | Stage::PastDue) => {
            ("button-plan-stop", Act::StopPlan { plan: plan.id.clone() })
        }
        Some(Stage::Canceled) => ("button-plan-keep", Act::KeepPlan { plan: plan.id.clone() }),
        _ => ("button-plan", Act::Plan { plan: plan.id.clone() }),
    };
    let args = [("title", plan.title.as_str().into())];
    let label = texts::label(turn.lang(), key, &args);
    Some(vec![press(Surface::Text, label, act)])
}

/// The customer would like to have it.
pub(super) fn want(turn: &mut Turn<'_>, id: &str) -> Option<String> {
    let Some(terms) = terms(turn, &turn.at.house.rules, id) else {
        page(turn);
        return Some(turn.plain("plan-gone", &[]));
    };
    let known = view(turn, id).map(|view| view.subscription.clone());
    let subscription = known.unwrap_or_else(|| {
        let fresh = View {
            subscription: subscription::fresh_key(turn.at.seed),
            plan: terms.plan.clone(),
            title: terms.title.clone(),
            amount: terms.amount,
            stage: Stage::Quoted,
            until_ms: 0,
            url: None,
        };
        turn.record(Fact::SubscriptionKept { view: fresh.clone() });
        fresh.subscription
    });
    turn.tell(subscription, Message::Offer { terms }.into());
    Some(turn.plain("plan-wait", &[]))
}

fn terms(turn: &Turn<'_>, rules: &Rules, id: &str) -> Option<Terms> {
    let plan = rules.ways.plan(id)?;
    Some(Terms {
        customer: turn.at.key.clone(),
        plan: plan.id.clone(),
        title: plan.title.clone(),
        description: plan.description.clone(),
        amount: Money::new(plan.stars, Currency::XTR),
    })
}

/// Renewals stop, or go on.
pub(super) fn edit(turn: &mut Turn<'_>, id: &str, stop: bool) -> Option<String> {
    let by = "customer".to_owned();
    let message = if stop { Message::Cancel { by } } else { Message::Resume { by } };
    if let Some(subscription) = view(turn, id).map(|view| view.subscription.clone()) {
        turn.tell(subscription, message.into());
    }
    Some(turn.plain("plan-wait", &[]))
}

/// News of a subscription.
pub(super) fn changed(turn: &mut Turn<'_>, view: &View) {
    turn.record(Fact::SubscriptionKept { view: view.clone() });
    if !turn.state.is_reachable() {
        return;
    }
    let title = turn.say("subscription", &[("title", view.title.as_str().into())]);
    let (html, row) = match (&view.url, view.stage) {
        (Some(url), _) => {
            let price = texts::money(turn.lang(), view.amount);
            let html = turn.say("subscription-offer", &[("price", price.clone().into())]);
            let label = texts::label(turn.lang(), "button-subscribe", &[("price", price.into())]);
            (html, vec![Button::Link { label, url: url.clone() }])
        }
        // The link is on its way.
        (None, Stage::Offered | Stage::Quoted) => return,
        (None, _) => (state(turn, view), home::kept_row(turn)),
    };
    let keyboard = Keyboard::Inline(vec![row]);
    let html = format!("{title}\n{html}");
    turn.call(Method::SendText { html, keyboard }, Lane::Notice, false);
}
