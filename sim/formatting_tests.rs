//! Markup to entities, and Telegram's words for bad markup.

use serde_json::json;

use crate::entities::Formatted;
use crate::formatting::format;

fn shown(text: &str, mode: &str) -> String {
    match format(text, Some(mode), None) {
        Ok(formatted) => describe(&formatted),
        Err(refused) => refused.description,
    }
}

fn describe(formatted: &Formatted) -> String {
    let parts = formatted.entities.iter().map(|one| {
        let argument =
            if one.argument.is_empty() { String::new() } else { format!("={}", one.argument) };
        format!(" {}[{},{}]{argument}", one.kind, one.offset, one.length)
    });
    format!("{}:{}", formatted.text, parts.collect::<String>())
}

#[test]
fn html_becomes_entities_with_utf16_offsets() {
    let cases = [
        ("<b>a</b>", "a: bold[0,1]"),
        ("😀<i>b</i>", "😀b: italic[2,1]"),
        ("<b>x<i>y</i></b>", "xy: bold[0,2] italic[1,1]"),
        ("a &lt;&amp;&#x41;&quot;", "a <&A\":"),
        ("<a href=\"https://e.org\">e</a>", "e: text_link[0,1]=https://e.org/"),
        ("<a href='tg://user?id=5'>e</a>", "e: text_mention[0,1]=5"),
        ("<a href='http://localhost/x'>e</a>", "e:"),
        ("<pre><code class=\"language-rs\">f</code></pre>", "f: pre[0,1]=rs"),
        ("<code>c</code> <s>d</s><u>e</u>", "c de: code[0,1] strikethrough[2,1] underline[3,1]"),
        ("<tg-spoiler>s</tg-spoiler>", "s: spoiler[0,1]"),
        ("<span class=\"tg-spoiler\">s</span>", "s: spoiler[0,1]"),
        ("<blockquote expandable>q</blockquote>", "q: expandable_blockquote[0,1]"),
        ("  <b> a </b>  ", " a: bold[0,2]"),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source, "HTML"), expected, "{source}");
    }
}

#[test]
fn bad_html_is_refused_in_telegrams_words() {
    let prefix = "Bad Request: can't parse entities: ";
    let cases = [
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("<div>x</div>", "Unsupported start tag \"div\" at byte offset 0"),
        ("a < b", "Unsupported start tag \"\" at byte offset 2"),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source, "html"), format!("{prefix}{expected}"), "{source}");
    }
}

#[test]
fn markdown_v2_becomes_entities() {
    let cases = [
        (
            "*a* _b_ __c__ ~d~ ||e||",
            "a b c d e: bold[0,1] italic[2,1] underline[4,1] strikethrough[6,1] spoiler[8,1]",
        ),
        ("`x_y`", "x_y: code[0,3]"),
        ("```rs\nlet a;\n```", "let a;: pre[0,6]=rs"),
        ("[t](https://e.org/\\)x)", "t: text_link[0,1]=https://e.org/)x"),
        ("a\\.b", "a.b:"),
        ("_a *b*_", "a b: italic[0,3] bold[2,1]"),
        (">q\n>r", "q\nr: blockquote[0,3]"),
        (">q\n>r||", "q\nr: expandable_blockquote[0,3]"),
        ("![👍](tg://emoji?id=5368324170671202286)", "👍: custom_emoji[0,2]=5368324170671202286"),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source, "MarkdownV2"), expected, "{source}");
    }
}

#[test]
fn bad_markdown_is_refused_in_telegrams_words() {
    let prefix = "Bad Request: can't parse entities: ";
    let cases = [
        ("*a", "MarkdownV2", "Can't find end of Bold entity at byte offset 0"),
        ("a_b", "MarkdownV2", "Can't find end of Italic entity at byte offset 1"),
        (
            "a-b",
            "MarkdownV2",
            "Character '-' is reserved and must be escaped with the preceding '\\'",
        ),
        ("[a](b", "MarkdownV2", "Can't find end of a URL at byte offset 4"),
        ("*a", "Markdown", "Can't find end of the entity starting at byte offset 0"),
    ];
    for (source, mode, expected) in cases {
        assert_eq!(shown(source, mode), format!("{prefix}{expected}"), "{source}");
    }
    assert_eq!(shown("a", "bbcode"), "Bad Request: unsupported parse_mode");
}

#[test]
fn legacy_markdown_becomes_entities() {
    let cases = [
        ("*a* _b_ `c`", "a b c: bold[0,1] italic[2,1] code[4,1]"),
        ("[t](http://e.org)", "t: text_link[0,1]=http://e.org/"),
        ("```\nx\n```", "x: pre[0,1]"),
        ("a\\_b", "a_b:"),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source, "markdown"), expected, "{source}");
    }
}

#[test]
fn commands_links_and_names_are_found() {
    let text = "/start@shop_bot @someone #tag $USD www.e.org a@b.org +4915112345678 /";
    assert_eq!(
        shown(text, ""),
        format!(
            "{text}: bot_command[0,15] mention[16,8] hashtag[25,4] cashtag[30,4] url[35,9] \
             email[45,7] phone_number[53,14]"
        )
    );
    assert_eq!(shown("see (https://e.org/a?b=c).", ""), "see (https://e.org/a?b=c).: url[5,19]");
    assert_eq!(shown("<code>/start</code>", "HTML"), "/start: code[0,6]");
}

#[test]
fn given_entities_are_checked_and_at_most_100_are_kept() {
    let far = json!([{"type": "bold", "offset": 5, "length": 1}]);
    let refused = format("ab", None, Some(&far)).expect_err("too far");
    assert!(refused.description.contains("entity begins after the end of the text"));
    let many: String = (0..150).map(|n| format!("<b>{n}</b> ")).collect();
    let formatted = format(&many, Some("HTML"), None).expect("parsed");
    assert_eq!(formatted.entities.len(), 100);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC*", mode in "(HTML|MarkdownV2|Markdown)") {
        if let Ok(formatted) = format(&text, Some(&mode), None) {
            let length = crate::entities::utf16_len(&formatted.text);
            for entity in formatted.entities {
                assert!(entity.end() <= length);
            }
        }
    }

    #[test]
    fn no_markup_makes_the_parsers_panic(text in "[<>/a-c*_~`|\\[\\]()!\\\\&#;=\"' \n😀]{0,40}",
        mode in "(HTML|MarkdownV2|Markdown)") {
        // Only that it returns.
        let _ = format(&text, Some(&mode), None);
    }

    #[test]
    fn no_body_makes_the_multipart_reader_panic(body in proptest::collection::vec(0_u8..=255, 0..200)) {
        let mut bytes = b"--b\r\n".to_vec();
        bytes.extend(body);
        bytes.extend(b"\r\n--b--");
        let _ = crate::multipart::parse("multipart/form-data; boundary=b", &bytes.into());
    }
}
