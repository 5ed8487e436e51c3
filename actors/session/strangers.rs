//! Random customers: valid, careless, hostile. Knows only what must be true of every conversation.

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use time::Duration;

use super::tests::people::thorough;
use super::tests::{ADA, state, talking};
use super::{Incoming, Step};
use crate::intent::{Keyboard, Method};
use crate::town::{Town, data_of};

fn saying() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[0-9٠-٩]{1,3}",
        2 => ".{0,40}",
        1 => Just("<b>&amp;</i><a href=\"x\">".to_owned()),
        1 => Just("😀".repeat(4_000)),
        1 => Just("\u{200b}\u{2800}".to_owned()),
        1 => Just("Русский".to_owned()),
        1 => Just("spring".to_owned()),
        1 => Just("+998 90 123 45 67".to_owned()),
    ]
}

fn data() -> impl Strategy<Value = String> {
    let product = prop_oneof![(0..12_u8).prop_map(|n| format!("mug-{n}")), Just("gone".to_owned())];
    let surface = prop_oneof![Just("t"), Just("p"), Just("k")];
    (surface, product, any::<u16>(), any::<u32>(), 0..37_u8).prop_map(
        |(on, product, quantity, nonce, verb)| match verb {
            0 => format!("{on}.h"),
            1 => format!("{on}.r"),
            2 => format!("{on}.s.{quantity}"),
            3 | 4 => format!("{on}.p.{product}"),
            5 | 6 => format!("{on}.q.{product}.{quantity}"),
            7 => format!("{on}.b.{nonce:x}"),
            8 => format!("{on}.l.{quantity}"),
            9 => format!("{on}.o.ABCDEF"),
            10 => format!("{on}.c.ABCDEF"),
            11 => format!("{on}.w.{}", ["en", "ar", "xx"][usize::from(quantity) % 3]),
            12 => "f:12345678:two:0".to_owned(),
            13 => format!("{on}.k.{}.{quantity}", ["mugs", "gone"][usize::from(quantity) % 2]),
            14 => format!("{on}.z"),
            15 => format!("{on}.f.{quantity}"),
            16 => format!("{on}.v.{quantity}"),
            17 => format!("{on}.rg"),
            18 => format!("{on}.rs.{}", ["DE", "XX"][usize::from(quantity) % 2]),
            19 => format!("{on}.i.{product}/big"),
            20 => format!("{on}.u.{product}"),
            21 => format!("{on}.y.{quantity}"),
            22 => format!("{on}.n.{product}.{quantity}"),
            23 => format!("{on}.yl.{product}"),
            24 => format!("{on}.yn.{product}"),
            25 => format!("{on}.pe"),
            26 => format!("{on}.xg"),
            27 => format!("{on}.xs"),
            28 => format!("{on}.ml"),
            29 => format!("{on}.m.post"),
            30 => format!("{on}.xa"),
            31 => format!("{on}.xp"),
            32 => format!("{on}.ag.ABCDEF"),
            33 | 34 => format!("{on}.a.{}", AROUND[usize::from(quantity) % AROUND.len()]),
            35 => format!("{on}.a.q.{quantity}.{quantity}"),
            _ => "from last month".to_owned(),
        },
    )
}

/// What stands around the shop.
const AROUND: [&str; 31] = [
    "s",
    "zz",
    "z.Asia/Tashkent",
    "z.Atlantis",
    "cc",
    "c.USD",
    "c.JPY",
    "n.0",
    "n.1",
    "qq",
    "na",
    "ph",
    "em",
    "ef",
    "sk",
    "t",
    "ty.v1",
    "ty.v0",
    "tn",
    "tw",
    "f.0",
    "f.999",
    "ff",
    "su",
    "p",
    "rs",
    "zzz",
    "px",
    "pe",
    "pr",
    "ps",
];

#[derive(Clone, Debug)]
enum Deed {
    Says(String),
    Commands(&'static str),
    Presses(String),
    /// One of the buttons of the newest message.
    Chooses(u8),
    Shows(&'static str),
    Shares(String, i64),
    Leaves,
    Waits(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let command = prop_oneof![
        Just("/start"),
        Just("/start promo"),
        Just("/start p_mug-1"),
        Just("/settings"),
        Just("/terms"),
        Just("/privacy"),
        Just("/support"),
        Just("/help pay"),
        Just("/menu"),
        Just("/shop"),
        Just("/orders"),
        Just("/cart"),
        Just("/search mug"),
        Just("/help"),
        Just("/language"),
        Just("/cancel"),
        Just("/nonsense"),
    ];
    prop_oneof![
        3 => saying().prop_map(Deed::Says),
        2 => command.prop_map(Deed::Commands),
        2 => data().prop_map(Deed::Presses),
        6 => any::<u8>().prop_map(Deed::Chooses),
        1 => prop_oneof![Just("photo"), Just("sticker")].prop_map(Deed::Shows),
        1 => ("[+0-9 ]{0,18}", ADA..ADA + 2).prop_map(|(phone, of)| Deed::Shares(phone, of)),
        1 => Just(Deed::Leaves),
        1 => any::<u8>().prop_map(Deed::Waits),
    ]
}

/// All buttons of the newest message that has any.
fn buttons(town: &Town) -> Vec<String> {
    let rows = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { keyboard: Keyboard::Inline(rows), .. }
        | Method::EditText { keyboard: Keyboard::Inline(rows), .. }
        | Method::EditCaption { keyboard: Keyboard::Inline(rows), .. }
        | Method::SendPhoto { keyboard: Keyboard::Inline(rows), .. } => Some(rows),
        _ => None,
    });
    rows.into_iter().flatten().flatten().filter_map(data_of).collect()
}

fn happens(town: &mut Town, deed: &Deed) {
    let before = town.sent.len();
    let hinted = state(town).hinted_at_ms != 0;
    match deed {
        Deed::Says(text) => town.says(ADA, text.trim_start_matches('/')),
        Deed::Commands(command) => town.says(ADA, command),
        Deed::Presses(data) => town.presses(ADA, 7, data),
        Deed::Chooses(place) => {
            let buttons = buttons(town);
            if buttons.is_empty() {
                return;
            }
            town.presses(ADA, 7, &buttons[usize::from(*place) % buttons.len()]);
        }
        Deed::Shows(what) => {
            town.does(ADA, Incoming::Other { message_id: 1, what: (*what).to_owned() });
        }
        Deed::Shares(phone, of) => {
            let (phone, user_id) = (phone.clone(), Some(*of));
            town.does(ADA, Incoming::Contact { message_id: 1, phone, user_id });
        }
        Deed::Leaves => return town.does(ADA, Incoming::Blocked),
        Deed::Waits(minutes) => return town.pass(Duration::minutes(i64::from(*minutes))),
    }
    // What nobody understands is answered by the hint that stands already.
    let may_be_nonsense = matches!(
        deed,
        Deed::Says(_) | Deed::Commands("/nonsense") | Deed::Shows(_) | Deed::Shares(..)
    );
    let answered = town.sent.len() > before || (hinted && may_be_nonsense);
    assert!(answered, "no answer to {deed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Valid, careless, hostile: always an answer within Telegram's limits, and always a way home.
    #[test]
    fn nobody_is_ever_lost(deeds in proptest::collection::vec(deed(), 1..60), house in 0..3_u8) {
        let mut town = match house {
            0 => talking(),
            1 => thorough(),
            _ => Town::stocked(5),
        };
        town.promo("SPRING", 3);
        for deed in &deeds {
            happens(&mut town, deed);
            town.must_hold();
            if matches!(deed, Deed::Chooses(_)) {
                town.settle();
            }
        }
        town.says(ADA, "/cancel");
        let after = state(&town);
        assert_eq!((after.step, after.run), (Step::Idle, None));
        assert!(!buttons(&town).is_empty(), "home has buttons");
    }
}
