//! Rules of the cutting.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use unicode_segmentation::UnicodeSegmentation;

use super::{ENTITIES, Piece, TEXT_UNITS, split_text};
use crate::delivery::markup::{Entity, EntityKind};

fn texts(text: &str, limit: usize) -> Vec<String> {
    split_text(text, &[], limit).into_iter().map(|(text, _)| text).collect()
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Each visible character with the styles on it, cuts and white space aside.
fn styled(pieces: &[Piece]) -> Vec<(char, BTreeSet<String>)> {
    let mut all = Vec::new();
    for (text, entities) in pieces {
        let mut unit = 0;
        for letter in text.chars() {
            let on = entities.iter().filter(|e| (e.offset..e.end()).contains(&unit));
            if !letter.is_whitespace() {
                let style = |e: &Entity| format!("{} {:?} {:?}", e.kind.name(), e.url, e.language);
                all.push((letter, on.map(style).collect()));
            }
            unit += u32::try_from(letter.len_utf16()).expect("1 or 2");
        }
    }
    all
}

#[test]
fn what_fits_comes_back_as_it_is() {
    assert_eq!(texts(" a \n", 4), [" a \n"]);
    assert_eq!(texts(&"😀".repeat(2048), TEXT_UNITS).len(), 1);
    assert_eq!(texts(&"😀".repeat(2049), TEXT_UNITS).len(), 2);
    assert!(split_text(" \n ", &[], 10).is_empty());
}

#[test]
fn paragraphs_come_before_lines_before_sentences_before_words() {
    assert_eq!(
        texts("one two.\n\nthree. four\nfive six", 26),
        ["one two.", "three. four\nfive six"]
    );
    assert_eq!(texts("one two. three\nfour. five six", 24), ["one two. three", "four. five six"]);
    assert_eq!(
        texts("one two. “Three.” four five six", 26),
        ["one two. “Three.”", "four five six"]
    );
    assert_eq!(texts("one two three four", 10), ["one two", "three four"]);
    assert_eq!(texts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(texts("今日は。明日は晴れ", 7), ["今日は。", "明日は晴れ"]);
}

#[test]
fn a_far_off_paragraph_is_not_worth_a_tiny_piece() {
    assert_eq!(texts("a\n\nbb ccc dddd eeeee ffffff", 20), ["a\n\nbb ccc dddd eeeee", "ffffff"]);
}

#[test]
fn no_grapheme_cluster_is_cut() {
    for cluster in ["👨‍👩‍👧‍👦", "🇮🇷", "e\u{301}\u{323}", "می\u{200c}خواهم", "👍🏽", "❤️‍🔥"]
    {
        let text = cluster.repeat(9);
        let whole: Vec<&str> = text.graphemes(true).collect();
        let pieces = texts(&text, length(cluster) * 2 + 1);
        let cut: Vec<&str> = pieces.iter().flat_map(|piece| piece.graphemes(true)).collect();
        assert_eq!(cut, whole, "{cluster}");
    }
}

#[test]
fn a_cluster_longer_than_the_limit_is_cut_between_characters() {
    let zalgo = format!("a{}", "\u{301}".repeat(25));
    let pieces = texts(&zalgo, 10);
    assert_eq!(pieces.concat(), zalgo);
    assert!(pieces.iter().all(|piece| length(piece) <= 10));
}

#[test]
fn an_entity_across_a_cut_goes_on_behind_it() {
    let mut link = Entity::new(EntityKind::TextLink, 4, 9);
    link.url = Some("https://e.org".to_owned());
    let pieces = split_text("one two   three four", &[link], 9);
    let found: Vec<_> = pieces
        .iter()
        .map(|(text, on)| (&**text, on.iter().map(|e| (e.offset, e.length)).collect::<Vec<_>>()))
        .collect();
    assert_eq!(found, [("one two", vec![(4, 3)]), ("three", vec![(0, 3)]), ("four", vec![])]);
    assert_eq!(pieces[1].1[0].url.as_deref(), Some("https://e.org"));
}

#[test]
fn code_keeps_its_language_and_its_indentation() {
    let mut code = Entity::new(EntityKind::Pre, 0, 27);
    code.language = Some("rust".to_owned());
    let pieces = split_text("fn main() {\n    run();\n\n  }", &[code], 14);
    assert_eq!(pieces[0].0, "fn main() {");
    assert_eq!(pieces[1].0, "    run();");
    assert_eq!(pieces[2].0, "  }");
    assert!(pieces.iter().all(|(_, on)| on[0].language.as_deref() == Some("rust")));
}

#[test]
fn a_custom_emoji_stays_whole() {
    let emoji = Entity::new(EntityKind::CustomEmoji, 2, 4);
    let pieces = split_text("abcdefghij", &[emoji], 4);
    assert_eq!(pieces[0].0, "ab");
    assert_eq!(pieces[1].0, "cdef");
}

#[test]
fn no_message_has_more_than_a_hundred_entities() {
    let text = "ab ".repeat(250);
    let bold = |at: u32| Entity::new(EntityKind::Bold, at * 3, 2);
    let entities: Vec<Entity> = (0..250).map(bold).collect();
    let pieces = split_text(&text, &entities, TEXT_UNITS);
    let counts: Vec<usize> = pieces.iter().map(|(_, entities)| entities.len()).collect();
    assert_eq!(counts, [100, 100, 50]);
    assert_eq!(styled(&pieces), styled(&[(text, entities)]));
}

#[test]
fn entities_outside_the_text_do_no_harm() {
    let far = Entity::new(EntityKind::Bold, u32::MAX, u32::MAX);
    let wide = Entity::new(EntityKind::Italic, 3, u32::MAX);
    let pieces = split_text("aaaa bbbb", &[far, wide], 5);
    assert_eq!(pieces[0].1.len(), 1);
    assert_eq!((pieces[1].1[0].offset, pieces[1].1[0].length), (0, 4));
}

fn entities() -> impl Strategy<Value = Vec<Entity>> {
    let kind = prop::sample::select(vec![
        EntityKind::Bold,
        EntityKind::Code,
        EntityKind::Pre,
        EntityKind::TextLink,
        EntityKind::CustomEmoji,
    ]);
    let entity = (kind, 0..120u32, 0..60u32).prop_map(|(kind, offset, length)| {
        let mut entity = Entity::new(kind, offset, length);
        entity.url = (entity.kind == EntityKind::TextLink).then(|| "https://e.org".to_owned());
        entity
    });
    prop::collection::vec(entity, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_is_lost_and_every_limit_is_kept(
        text in "([a-e]|[a-e]| |\n|\n\n|\\. |😀|👨‍👩‍👧|e\u{301}|🇮🇷|。|\r\n|\u{a0}){0,90}",
        entities in entities(),
        limit in 8..40usize,
    ) {
        let pieces = split_text(&text, &entities, limit);
        assert_eq!(styled(&pieces), styled(&[(text.clone(), entities)]));
        let mut rest = &*text;
        for (piece, on) in &pieces {
            assert!(length(piece) <= limit && !piece.trim().is_empty());
            let units = u32::try_from(length(piece)).expect("short");
            let whole = pieces.len() == 1;
            assert!(whole || on.iter().all(|e| e.length > 0 && e.end() <= units));
            assert!(on.len() <= ENTITIES);
            let at = rest.find(&**piece).expect("pieces stand in the text, in order");
            assert!(rest[..at].trim().is_empty());
            rest = &rest[at + piece.len()..];
        }
        assert!(rest.trim().is_empty());
    }

    #[test]
    fn any_text_can_be_cut(text in any::<String>(), entities in entities(), limit in 0..20usize) {
        let pieces = split_text(&text, &entities, limit);
        assert!(pieces.iter().all(|(piece, _)| length(piece) <= limit.max(2)));
    }
}
