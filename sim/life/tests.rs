//! What makes a channel's life believable, and that it follows from its seed alone.

use super::text::Language;
use super::{DAY_S, Life, Plan, Pulse};

const BORN_S: i64 = 1_700_000_000;

fn plan(seed: u64) -> Plan {
    Plan {
        seed,
        born_s: BORN_S,
        language: Language::Ru,
        subscribers: 5_000,
        posts_per_day: 4.0,
        friends: Vec::new(),
        bot: Some("some_bot".to_owned()),
    }
}

#[test]
fn a_life_follows_from_its_seed_however_it_is_asked() {
    let whole = Life::until(plan(7), BORN_S + 200 * DAY_S);
    let mut half = Life::until(plan(7), BORN_S + 100 * DAY_S);
    let mut posts = half.past.clone();
    let mut at = BORN_S + 100 * DAY_S;
    while let Some(next) = half.next_post(at).filter(|post| post.at_s <= BORN_S + 200 * DAY_S) {
        at = next.at_s;
        posts.push(next);
    }
    assert_eq!(posts, whole.past);
    assert_ne!(Life::until(plan(8), BORN_S + 200 * DAY_S).past, whole.past);
}

#[test]
fn a_year_has_a_rhythm_spikes_and_quiet_spells() {
    let mut life = Life::until(plan(3), BORN_S + 364 * DAY_S);
    let days: Vec<_> = (0..364).map(|day| *life.curve.day(day)).collect();
    let sum =
        |weekday: usize| days.iter().skip(weekday).step_by(7).map(|day| day.joined).sum::<i64>();
    assert!(sum(2) > sum(6), "the middle of the week brings more than its end");
    assert!(days.iter().any(|day| day.spike) && days.iter().any(|day| day.quiet));
    assert!(
        days.windows(2).all(|two| two[1].before == two[0].before + two[0].joined - two[0].left)
    );
    let (edited, deleted) = life.past.iter().fold((0, 0), |(edited, deleted), post| {
        let one = |is: Option<i64>| usize::from(is.is_some());
        (edited + one(post.edited_s()), deleted + one(post.deleted_s()))
    });
    assert!(edited > 20 && deleted > 5 && life.past.len() > 800);
    assert!(life.past.windows(2).all(|two| two[0].at_s <= two[1].at_s));
}

#[test]
fn views_come_fast_and_fade_and_never_go_back() {
    let pulse = Pulse::new(11, BORN_S, 10_000);
    let views: Vec<i32> = (0..200).map(|hour| pulse.views(BORN_S + hour * 3600)).collect();
    assert!(views.windows(2).all(|two| two[0] <= two[1]));
    assert_eq!(views[0], 1);
    assert!(views[6] * 2 > views[199], "half of the views come within hours");
    assert!(pulse.forwards(BORN_S + 999_999) < pulse.views(BORN_S + 999_999) / 10);
}

#[test]
fn texts_are_marked_as_telegram_counts() {
    for seed in 0..200 {
        for language in [Language::En, Language::Ru, Language::Es, Language::Uz, Language::Ar] {
            let written = super::text::write(language, seed, Some("some_bot"), seed % 2 == 0);
            let units: Vec<u16> = written.text.encode_utf16().collect();
            for mark in &written.marks {
                let part = &units[mark.offset..mark.offset + mark.length];
                let part = String::from_utf16(part).unwrap();
                assert!(!part.contains('\n') && (mark.kind != "hashtag" || part.starts_with('#')));
            }
        }
    }
}
