//! Methods about paid media, gifts and sticker sets.

use serde_json::{Value, json};

use crate::files::FileKind;
use crate::formatting;
use crate::methods::{Call, done, message};
use crate::methods_media::input_media;
use crate::people::Fields;
use crate::reply::{Answer, Refused, bad};

/// What paid media may cost, Stars.
const PAID_STARS_MAX: i64 = 25_000;
const PAID_PAYLOAD_BYTES: usize = 128;
/// A gift's own words, characters.
const GIFT_TEXT_MAX: usize = 128;

/// The gifts of this world: id, emoji, price in Stars, and the price of making it unique.
const GIFTS: [(&str, &str, i64, Option<i64>); 3] = [
    ("5170145012310081615", "💝", 15, None),
    ("5170233102089322756", "🧸", 15, None),
    ("5168103777563050263", "🌹", 25, Some(50)),
];

pub(crate) fn send_paid_media(call: &mut Call<'_>) -> Answer {
    let stars = call.params.int("star_count").unwrap_or(0);
    if !(1..=PAID_STARS_MAX).contains(&stars) {
        return Err(bad("STARS_AMOUNT_INVALID"));
    }
    let list = call.params.json("media", "can't parse media JSON object")?;
    let list = match list {
        Some(Value::Array(list)) => list,
        Some(_) => return Err(bad("expected an Array of InputPaidMedia")),
        None => return Err(bad("parameter \"media\" is required")),
    };
    if list.is_empty() || list.len() > 10 {
        return Err(bad("wrong number of paid media specified"));
    }
    let payload = call.params.text("payload").unwrap_or_default().into_owned();
    if payload.len() > PAID_PAYLOAD_BYTES {
        return Err(bad("PAYLOAD_INVALID"));
    }
    let caption = formatting::caption(call.params)?;
    let place = call.writable(1)?;
    let mut media = Vec::new();
    for one in &list {
        let (kind, content) = input_media(call, one)?;
        if !matches!(kind, FileKind::Photo | FileKind::Video) {
            return Err(bad("can't parse InputPaidMedia: the type is unsupported"));
        }
        let field = kind.field();
        media.push(json!({"type": field, field: content.get(field)}));
    }
    let mut fields = Fields::new();
    fields.insert("paid_media".to_owned(), json!({"star_count": stars, "paid_media": media}));
    formatting::put(&mut fields, &caption, true, &|id| call.user(id));
    if call.params.flag("show_caption_above_media") {
        fields.insert("show_caption_above_media".to_owned(), json!(true));
    }
    message(call.send(place, fields)?)
}

fn sticker(emoji: &str, id: &str) -> Value {
    json!({
        "file_id": format!("CAACAgIAAxUAAW{id}"), "file_unique_id": format!("AgAD{id}"),
        "type": "regular", "width": 512, "height": 512, "is_animated": true, "is_video": false,
        "emoji": emoji,
    })
}

pub(crate) fn available_gifts(_call: &mut Call<'_>) -> Answer {
    let gift = |(id, emoji, stars, unique): &(&str, &str, i64, Option<i64>)| {
        let mut gift = json!({"id": id, "sticker": sticker(emoji, id), "star_count": stars});
        if let Some(unique) = unique {
            gift["upgrade_star_count"] = json!(unique);
        }
        gift
    };
    Ok(json!({"gifts": GIFTS.iter().map(gift).collect::<Vec<Value>>()}))
}

/// A gift is paid from the bot's own Stars; the receiver sees a service message of it.
pub(crate) fn send_gift(call: &mut Call<'_>) -> Answer {
    let id = call.params.text("gift_id").unwrap_or_default().into_owned();
    let gift = GIFTS.iter().find(|gift| gift.0 == id).ok_or_else(|| bad("STARGIFT_INVALID"))?;
    let person = call.user_id()?;
    let text = formatting::format(
        &call.params.text("text").unwrap_or_default(),
        call.params.text("text_parse_mode").as_deref(),
        None,
    )?;
    if text.text.chars().count() > GIFT_TEXT_MAX {
        return Err(bad("MESSAGE_TOO_LONG"));
    }
    let wants_unique = call.params.flag("pay_for_upgrade");
    let price = match (wants_unique, gift.3) {
        (false, _) => gift.2,
        (true, Some(unique)) => gift.2 + unique,
        (true, None) => return Err(bad("STARGIFT_UPGRADE_UNAVAILABLE")),
    };
    let user = call.turn.state.user(person);
    let (date, number) = (call.turn.now_s(), call.turn.state.random_text(60));
    let bot = call.me()?;
    if bot.stars < price {
        return Err(bad("BALANCE_TOO_LOW"));
    }
    let partner = json!({"type": "user", "transaction_type": "gift_purchase", "user": user,
        "gift": {"id": gift.0, "sticker": sticker(gift.1, gift.0), "star_count": gift.2}});
    bot.move_stars(&format!("stx{number}"), -price, date, partner);
    done()
}

/// This world has no sets of its own.
pub(crate) fn sticker_set(call: &mut Call<'_>) -> Answer {
    let name = call.params.text("name").unwrap_or_default();
    Err(match name.is_empty() {
        true => bad("sticker set name is empty"),
        false => bad("STICKERSET_INVALID"),
    })
}

/// Games are registered with BotFather: no bot of this world has one.
pub(crate) fn send_game(call: &mut Call<'_>) -> Answer {
    let refused: Refused = match call.params.text("game_short_name") {
        None => bad("parameter \"game_short_name\" is required"),
        Some(_) => bad("wrong game short name specified"),
    };
    Err(refused)
}

/// Checklists are sent in the name of a business account: nobody connected one in this world.
pub(crate) fn checklist(_call: &mut Call<'_>) -> Answer {
    Err(bad("business connection not found"))
}
