//! Rules of the markup.

use proptest::prelude::{ProptestConfig, proptest};

use super::{Entity, EntityKind, MarkupError, escape_html, parse_html};

/// Kind, offset and length of each entity.
fn styles(html: &str) -> (String, Vec<(String, u32, u32)>) {
    let (text, entities) = parse_html(html).expect("good markup");
    let styles = entities.iter().map(|e| (e.kind.name().to_owned(), e.offset, e.length)).collect();
    (text, styles)
}

fn style(kind: &str, offset: u32, length: u32) -> (String, u32, u32) {
    (kind.to_owned(), offset, length)
}

#[test]
fn every_tag_of_our_texts_becomes_its_entity() {
    for (html, kind) in [
        ("<b>x</b>", "bold"),
        ("<strong>x</strong>", "bold"),
        ("<em>x</em>", "italic"),
        ("<i>x</i>", "italic"),
        ("<ins>x</ins>", "underline"),
        ("<u>x</u>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<DEL>x</del>", "strikethrough"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ("<span class=\"tg-spoiler\">x</span>", "spoiler"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ("<a href='https://e.org/?a=1&amp;b=2'>x</a>", "text_link"),
        ("<tg-emoji emoji-id=\"53\">x</tg-emoji>", "custom_emoji"),
    ] {
        assert_eq!(styles(html), ("x".to_owned(), vec![style(kind, 0, 1)]), "{html}");
    }
}

#[test]
fn offsets_count_utf16_units_and_outer_comes_before_inner() {
    let (text, found) = styles("😀 <i>a<b>🇮🇷</b></i> &lt;b&gt; &#128512;&#x41; &nbsp; &");
    assert_eq!(text, "😀 a🇮🇷 <b> 😀A &nbsp; &");
    assert_eq!(found, [style("italic", 3, 5), style("bold", 4, 4)]);
}

#[test]
fn attributes_reach_the_entity() {
    let (_, entities) = parse_html("<a href=\"https://e.org/?a=1&amp;b\">l</a>").expect("good");
    assert_eq!(entities[0].url.as_deref(), Some("https://e.org/?a=1&b"));
    let (_, entities) = parse_html("<a>e.org</a>").expect("good");
    assert_eq!(entities[0].url.as_deref(), Some("e.org"));
    let html = "<pre><code class=\"language-rust\">fn</code></pre>";
    let (_, entities) = parse_html(html).expect("good");
    assert_eq!(entities.len(), 1);
    assert_eq!(
        (&entities[0].kind, entities[0].language.as_deref()),
        (&EntityKind::Pre, Some("rust"))
    );
    let (_, entities) = parse_html("<code class=\"language-rust\">fn</code>").expect("good");
    assert_eq!(entities[0].language, None);
}

#[test]
fn empty_ranges_vanish() {
    assert_eq!(styles("a<b></b>b"), ("ab".to_owned(), vec![]));
}

#[test]
fn bad_markup_is_refused_with_its_place() {
    let tag = |tag: &str| tag.to_owned();
    for (html, expected) in [
        ("a<x>b</x>", MarkupError::Unsupported { tag: tag("x"), at: 1 }),
        ("a < b", MarkupError::Unended { at: 2 }),
        ("<b>a</i>", MarkupError::Crossed { expected: tag("b"), found: tag("i"), at: 4 }),
        ("a</b>", MarkupError::Unopened { tag: tag("b"), at: 1 }),
        ("<b>a", MarkupError::Unclosed { tag: tag("b"), at: 0 }),
        ("<span>a</span>", MarkupError::Attribute { tag: tag("span"), attribute: "class", at: 0 }),
        ("<a href=\"x>y</a>", MarkupError::Unended { at: 0 }),
    ] {
        assert_eq!(parse_html(html), Err(expected), "{html}");
    }
}

#[test]
fn entities_look_like_the_bot_apis() {
    let json = r#"{"type":"text_link","offset":1,"length":2,"url":"https://e.org"}"#;
    let entity: Entity = serde_json::from_str(json).expect("an entity");
    assert_eq!(entity.kind, EntityKind::TextLink);
    assert_eq!(serde_json::to_string(&entity).expect("JSON"), json);
    let json = r#"{"type":"hologram","offset":0,"length":1}"#;
    let entity: Entity = serde_json::from_str(json).expect("an entity");
    assert_eq!(serde_json::to_string(&entity).expect("JSON"), json);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_escaped_text_stands_for_itself(text in "[^\0]{0,40}") {
        assert_eq!(parse_html(&escape_html(&text)), Ok((text, vec![])));
    }

    #[test]
    fn no_text_makes_the_markup_panic(
        text in "(<|</|>|b|pre|code| class=|\"|'|&|&lt;|&#|;|a| href=|x|=|😀|é| ){0,24}",
    ) {
        if let Ok((plain, entities)) = parse_html(&text) {
            let units = u32::try_from(plain.encode_utf16().count()).expect("short");
            assert!(entities.iter().all(|e| e.length > 0 && e.end() <= units));
        }
    }
}
