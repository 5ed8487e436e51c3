//! Tests of readiness.

use super::{Component, trouble, unready};
use crate::intake::bot::IntakeState;

fn part(name: &str, ok: bool, vital: bool) -> Component {
    Component { name: name.to_owned(), ok, vital, detail: "why".to_owned() }
}

#[test]
fn a_journal_that_is_down_is_not_ready_and_says_why() {
    let parts = [part("journal", false, true), part("bot a", true, false)];
    assert_eq!(unready(&parts).as_deref(), Some("journal: why"));
}

#[test]
fn one_bot_of_two_may_be_down_but_not_both() {
    let parts =
        [part("journal", true, true), part("bot a", false, false), part("bot b", true, false)];
    assert_eq!(unready(&parts), None);
    let parts = [part("bot a", false, false), part("bot b", false, false)];
    assert_eq!(unready(&parts).as_deref(), Some("bot a: why"));
}

#[test]
fn only_a_running_intake_is_without_trouble() {
    assert_eq!(trouble(&IntakeState::Running), None);
    let revoked = trouble(&IntakeState::Revoked("401 Unauthorized".to_owned()));
    assert_eq!(revoked.as_deref(), Some("the token is not valid: 401 Unauthorized"));
}
