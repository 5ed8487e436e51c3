//! The page's promises that need no browser: contrast, one origin, no inline script.
//! It must not know the world.

#![allow(clippy::unwrap_used)] // tests

use std::collections::BTreeMap;

use super::Assets;

fn text(name: &str) -> String {
    let file = Assets::get(name).unwrap_or_else(|| panic!("{name} is an asset"));
    String::from_utf8(file.data.into_owned()).unwrap()
}

/// `--name: light-dark(#aabbcc, #ddeeff)` of tokens.css.
fn pairs() -> BTreeMap<String, [[f64; 3]; 2]> {
    let colour = |hex: &str| {
        [0, 2, 4].map(|at| {
            f64::from(
                u8::from_str_radix(&hex.trim().trim_start_matches('#')[at..at + 2], 16).unwrap(),
            )
        })
    };
    let css = text("tokens.css");
    let lines =
        css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": light-dark(#"));
    lines
        .filter_map(|(name, values)| {
            let (light, dark) = values.trim_end_matches(");").split_once(',')?;
            Some((name.to_owned(), [colour(light), colour(dark)]))
        })
        .collect()
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |rgb: [f64; 3]| {
        let [r, g, b] = rgb.map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

#[test]
fn text_has_a_contrast_of_4_5_and_controls_of_3() {
    let of = pairs();
    let grounds = ["surface", "surface-raised", "surface-sunk", "bubble-in", "accent-wash"];
    let mut wanted = Vec::new();
    for ground in grounds {
        wanted.extend(
            ["ink", "ink-quiet", "accent", "good", "warn", "bad", "info"]
                .map(|ink| (ink, ground, 4.5)),
        );
        wanted.push(("line-strong", ground, 3.0));
    }
    wanted.extend([
        ("ink", "bubble-out", 4.5),
        ("bubble-out-quiet", "bubble-out", 4.5),
        ("accent", "bubble-out", 4.5),
        ("good", "bubble-out", 4.5),
        ("warn", "bubble-out", 4.5),
        ("accent-ink", "accent", 4.5),
        ("bad-ink", "bad", 4.5),
        ("accent", "ground", 3.0),
    ]);
    for (ink, ground, least) in wanted {
        for (scheme, at) in [("light", 0), ("dark", 1)] {
            let got = contrast(of[ink][at], of[ground][at]);
            assert!(got >= least, "{ink} on {ground}, {scheme}: {got:.2} < {least}");
        }
    }
}

#[test]
fn everything_comes_from_our_own_origin_and_no_script_is_inline() {
    for name in Assets::iter() {
        let text = text(&name);
        let outside = text.match_indices("//").filter(|(at, _)| {
            let before = &text[..*at];
            before.ends_with("http:") || before.ends_with("https:")
        });
        for (at, _) in outside {
            let rest = &text[at + 2..];
            let allowed = rest.starts_with("www.w3.org/")
                || rest.starts_with("t.me/")
                || rest.starts_with("${");
            assert!(allowed, "{name} points outside: {}", &rest[..rest.len().min(30)]);
        }
        assert!(text.lines().count() <= 400, "{name} is longer than 400 lines");
    }
    let page = text("index.html");
    for tag in page.split("<script").skip(1) {
        assert!(tag.contains("></script>") && tag.contains("src=\"/assets/"), "an inline script");
    }
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
}

#[test]
fn every_file_that_the_page_names_exists() {
    for name in Assets::iter() {
        let text = text(&name);
        for part in text.split("/assets/").skip(1) {
            let end = part
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
                .unwrap_or(part.len());
            let file = &part[..end];
            assert!(file.is_empty() || Assets::get(file).is_some(), "{name} names {file}");
        }
        for part in text.split("from \"./").skip(1) {
            let file = &part[..part.find('"').unwrap()];
            assert!(Assets::get(file).is_some(), "{name} imports {file}");
        }
    }
}
