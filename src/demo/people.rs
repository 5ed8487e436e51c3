//! The simulated people that the demo begins with. Knows no server.

use sim::{Person, World};

/// Ada, whom the newcomer plays.
pub(super) const ADA: i64 = 501;
/// The owner of the shop, who is told what needs a person.
pub(super) const OWNER: i64 = 599;

/// Id, first name, last name, username, Telegram's language.
const PEOPLE: &[(i64, &str, &str, &str, &str)] = &[
    (ADA, "Ada", "Lovelace", "ada", "en"),
    (502, "Борис", "Петров", "boris", "ru"),
    (503, "Carmen", "Ruiz", "carmen", "es"),
    (504, "Dilnoza", "Karimova", "dilnoza", "uz"),
    (505, "ليلى", "حداد", "layla", "ar"),
    (OWNER, "Olga", "the owner", "olga", "en"),
];

pub(super) fn settle(world: &World) {
    for (id, first, last, username, language) in PEOPLE {
        world.add_person(Person {
            id: *id,
            first_name: (*first).to_owned(),
            last_name: Some((*last).to_owned()),
            username: Some((*username).to_owned()),
            language_code: (*language).to_owned(),
            phone_number: Some(phone(*id)),
        });
    }
}

/// The phone number with which a person logs in at the data centres.
pub(super) fn phone(id: i64) -> String {
    format!("+3161000{id:04}")
}

/// Those who have bought before.
pub(super) fn regulars() -> impl Iterator<Item = i64> {
    PEOPLE.iter().map(|(id, ..)| *id).filter(|id| *id != ADA && *id != OWNER)
}
