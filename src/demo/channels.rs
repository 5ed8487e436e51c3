//! The simulated channels of the demo: months of posts, some of which lead to the shop's bot. Knows no
//! server.

use sim::{Language, NewLife, World};

use super::people::OWNER;

/// Title, username, language, days of past, posts a day, subscribers on the first day.
const CHANNELS: &[(&str, &str, Language, i64, f64, i64)] = &[
    ("Mugs and more", "mugs_and_more", Language::En, 240, 2.5, 3_200),
    ("Кружки и люди", "kruzhki", Language::Ru, 400, 4.0, 9_500),
    ("Choy va chinni", "choy_va_chinni", Language::Uz, 120, 1.5, 1_400),
];

/// Makes the channels; they live on by themselves.
pub(super) fn settle(world: &World) {
    let mut friends = Vec::new();
    for (title, username, language, past_days, posts_per_day, subscribers) in CHANNELS {
        let mut life = NewLife::of(title, username, OWNER);
        life.language = *language;
        life.past_days = *past_days;
        life.posts_per_day = *posts_per_day;
        life.subscribers = *subscribers;
        life.bot = Some(super::USERNAME.to_owned());
        life.friends.clone_from(&friends);
        match world.add_life(life) {
            Ok(chat) => friends.push(chat),
            Err(why) => tracing::warn!(channel = username, why, "a channel of the demo is missing"),
        }
    }
}
