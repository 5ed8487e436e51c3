//! What is said to a payment that nobody ever began: answered, and money of it told to a person. Knows no stages.

use super::{CheckoutReport, Message, Payment, decide};
use crate::capability::{Answer, Decision, Input, Moment, Refusal};
use crate::intent::Intent;
use crate::{house, stars, texts};

pub(super) fn heard(input: &Input<Payment>, at: &Moment<'_>) -> Result<Decision<Payment>, Refusal> {
    let unknown = decide::unknown_checkout(at.key);
    let Input::Message(message) = input else {
        return Err(unknown);
    };
    let rules = &at.house.rules;
    match message {
        Message::PreCheckout { query, customer, language_code, .. } => {
            let lang = texts::language(language_code.as_deref(), rules);
            let error = texts::plain(lang, "payment-unknown", &[]);
            let answer = decide::pre_checkout_answer(query, customer, Some(error))?;
            Ok(Decision::nothing().then(answer))
        }
        Message::Reconcile { by, charge, amount, back } => {
            let (charge, payload) = (charge.clone(), at.key.to_string());
            let message =
                stars::Message::Unclaimed { payload, charge, amount: *amount, back: *back };
            Ok(Decision::nothing().then(Intent::Tell { to: by.clone(), message: message.into() }))
        }
        Message::GatewayReported {
            report: CheckoutReport::Captured { amount, charge: Some(charge) },
            ..
        } => {
            let lang = &rules.default_language;
            let args = [
                ("amount", texts::money(lang, *amount).into()),
                ("charge", charge.as_str().into()),
                ("name", at.key.as_str().into()),
            ];
            let text = texts::plain(lang, "notice-money-unclaimed", &args);
            let mut decision = Decision::nothing().answer(Answer::Refused(unknown));
            decision.intents.extend(house::owner_notice(rules, text));
            Ok(decision)
        }
        _ => Err(unknown),
    }
}
