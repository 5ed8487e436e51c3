//! HTML of ours and the splitter: what is escaped comes back, pieces fit and lose nothing that can be seen.

use kontor::delivery::markup::{Entity, EntityKind, escape_html, parse_html};
use kontor::delivery::split::{CAPTION_UNITS, ENTITIES, TEXT_UNITS, split_text};

use crate::campaign::fuzz;
use crate::damage::texts;

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn seeds() -> Vec<Vec<u8>> {
    let long =
        "A <b>bold <i>word</i></b> &amp; <a href=\"https://x.example/?a=1&amp;b\">a link</a>.\n\n"
            .repeat(60);
    let styled = "<code>x = 1;\n\tif (a &lt; b)</code> <tg-spoiler>s</tg-spoiler> ".repeat(120);
    [
        "<b>hello</b> &lt;world&gt; &#128578; &quot;q&quot;",
        "<pre><code class=\"language-rust\">fn main() {}</code></pre>",
        "<blockquote expandable>a\nb</blockquote><u>u</u><s>s</s>",
        "<tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji><span class=\"tg-spoiler\">x</span>",
        "مرحبا <b>\u{202e}abc</b> 👩‍🚀👨‍👩‍👧‍👦 e\u{301}\u{301}\u{301}",
        &long,
        &styled,
        &"😀".repeat(4_096),
        &"слово. ".repeat(900),
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn check(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    // Whatever it is, escaped it is shown as it stands.
    let (shown, styles) = parse_html(&escape_html(&html)).expect("escaped text is HTML");
    assert_eq!((shown.as_str(), styles.len()), (&*html, 0));
    let (text, mut entities) = parse_html(&html).unwrap_or_else(|_| (html.to_string(), Vec::new()));
    for entity in &entities {
        assert!(entity.end() as usize <= units(&text), "{entity:?} is outside");
    }
    // Received entities may lie anywhere.
    entities.push(Entity::new(EntityKind::Code, u32::MAX - 3, 9));
    entities.push(Entity::new(EntityKind::Bold, bytes.len() as u32 / 3, 0));
    entities.push(Entity::new(EntityKind::Url, 0, u32::MAX));
    for limit in [TEXT_UNITS, CAPTION_UNITS, 7] {
        let entities = if limit == 7 { &[][..] } else { &entities[..] };
        pieces(&text, entities, limit);
    }
}

fn pieces(text: &str, entities: &[Entity], limit: usize) {
    let pieces = split_text(text, entities, limit);
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let all: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
    assert_eq!(visible(&all), visible(text), "nothing is lost");
    let cut = pieces.len() > 1;
    for (piece, styles) in &pieces {
        assert!(units(piece) <= limit, "{} units of {limit}", units(piece));
        assert!(!piece.trim().is_empty() && styles.len() <= ENTITIES);
        for style in styles.iter().filter(|_| cut) {
            assert!(
                style.length > 0 && style.end() as usize <= units(piece),
                "{style:?} of {piece:?}"
            );
        }
    }
}

#[test]
fn markup() {
    fuzz("markup", texts(seeds()), check);
}
