//! Sets a receipt in type: a PDF page with one embedded font, shaped and in reading order for Arabic, too.
//! Knows no orders and no chat.

use std::sync::LazyLock;

use actors::Receipt;
use anyhow::{Context, anyhow};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point};
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};

/// DejaVu Sans, cut to the letters of our languages; its licence stands beside it.
const FONT: &[u8] = include_bytes!("../fonts/DejaVuSans-subset.ttf");

/// A5, points.
const WIDTH: f32 = 420.0;
const HEIGHT: f32 = 595.0;
const MARGIN: f32 = 40.0;
/// Between the words of a line and its price.
const GAP: f32 = 12.0;

static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::from_slice(FONT, 0).expect("the compiled-in font is a font"));

/// The receipt as the bytes of a PDF.
///
/// # Errors
/// When it cannot be set; the font is compiled in, so that nothing of the machine matters.
pub(super) fn print(receipt: &Receipt) -> anyhow::Result<Vec<u8>> {
    let font = Font::new(FONT.to_vec().into(), 0).context("read the compiled-in font")?;
    let mut document = Document::new();
    let mut sheets = Sheets { receipt, font, rest: lines(receipt).into() };
    while !sheets.rest.is_empty() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).context("a page of A5")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        sheets.fill(&mut surface);
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| anyhow!("write the PDF: {error:?}"))
}

/// One line of print.
enum Line<'r> {
    Words(&'r str, f32),
    /// What, and its price at the other margin.
    Priced(&'r str, &'r str, f32),
    Rule,
}

fn lines(receipt: &Receipt) -> Vec<Line<'_>> {
    let mut lines = vec![Line::Words(&receipt.title, 20.0)];
    let head = receipt.head.iter().filter(|words| !words.is_empty());
    lines.extend(head.map(|words| Line::Words(words, 10.0)));
    lines.push(Line::Rule);
    lines.extend(receipt.lines.iter().map(|(what, price)| Line::Priced(what, price, 10.0)));
    lines.push(Line::Rule);
    lines.push(Line::Priced(&receipt.total.0, &receipt.total.1, 12.0));
    lines.extend(receipt.foot.iter().map(|words| Line::Words(words, 9.0)));
    lines
}

struct Sheets<'r> {
    receipt: &'r Receipt,
    font: Font,
    rest: std::collections::VecDeque<Line<'r>>,
}

impl Sheets<'_> {
    /// Sets as many lines as fit on one page.
    fn fill(&mut self, surface: &mut Surface<'_>) {
        let mut y = MARGIN;
        while let Some(line) = self.rest.front() {
            let height = match line {
                Line::Words(_, size) | Line::Priced(_, _, size) => size * 1.6,
                Line::Rule => 14.0,
            };
            if y + height > HEIGHT - MARGIN {
                return;
            }
            y += height;
            match self.rest.pop_front() {
                Some(Line::Words(words, size)) => {
                    let words = fitting(words, size, WIDTH - 2.0 * MARGIN);
                    self.at_start(surface, &words, size, y);
                }
                Some(Line::Priced(what, price, size)) => {
                    let room = WIDTH - 2.0 * MARGIN - GAP - width(price, size, self.receipt.rtl);
                    let what = fitting(what, size, room);
                    self.at_start(surface, &what, size, y);
                    self.at_end(surface, price, size, y);
                }
                Some(Line::Rule) => rule(surface, y - 6.0),
                None => return,
            }
        }
    }

    fn at_start(&self, surface: &mut Surface<'_>, text: &str, size: f32, y: f32) {
        let x = match self.receipt.rtl {
            true => WIDTH - MARGIN - width(text, size, true),
            false => MARGIN,
        };
        self.draw(surface, text, size, (x, y));
    }

    fn at_end(&self, surface: &mut Surface<'_>, text: &str, size: f32, y: f32) {
        let x = match self.receipt.rtl {
            true => MARGIN,
            false => WIDTH - MARGIN - width(text, size, false),
        };
        self.draw(surface, text, size, (x, y));
    }

    fn draw(&self, surface: &mut Surface<'_>, text: &str, size: f32, (mut x, y): (f32, f32)) {
        for (run, direction) in runs(text, self.receipt.rtl) {
            let to = match direction {
                Direction::RightToLeft => TextDirection::RightToLeft,
                _ => TextDirection::LeftToRight,
            };
            let start = Point::from_xy(x, y);
            surface.draw_text(start, self.font.clone(), size, run, false, to);
            x += advance(run, size, direction);
        }
    }
}

fn rule(surface: &mut Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(MARGIN, y);
    path.line_to(WIDTH - MARGIN, y);
    let Some(path) = path.finish() else { return };
    let paint = rgb::Color::new(170, 174, 182).into();
    surface.set_stroke(Some(Stroke { paint, width: 0.7, ..Stroke::default() }));
    surface.draw_path(&path);
    surface.set_stroke(None);
}

/// The pieces of a line from left to right, each in its own direction (Unicode's bidirectional algorithm).
fn runs(text: &str, rtl: bool) -> Vec<(&str, Direction)> {
    let base = if rtl { Level::rtl() } else { Level::ltr() };
    let bidi = BidiInfo::new(text, Some(base));
    let mut found = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let direction = match levels[run.start].is_rtl() {
                true => Direction::RightToLeft,
                false => Direction::LeftToRight,
            };
            found.push((&text[run], direction));
        }
    }
    found
}

fn width(text: &str, size: f32, rtl: bool) -> f32 {
    runs(text, rtl).into_iter().map(|(run, direction)| advance(run, size, direction)).sum()
}

/// How far a run reaches once its letters are joined.
fn advance(run: &str, size: f32, direction: Direction) -> f32 {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(run);
    buffer.guess_segment_properties();
    buffer.set_direction(direction);
    let shaped = rustybuzz::shape(&FACE, &[], buffer);
    let units: i32 = shaped.glyph_positions().iter().map(|place| place.x_advance).sum();
    units as f32 / FACE.units_per_em() as f32 * size
}

/// The words, or as many letters of them as fit.
fn fitting(words: &str, size: f32, room: f32) -> String {
    if width(words, size, false) <= room {
        return words.to_owned();
    }
    let mut short: Vec<char> = words.chars().collect();
    loop {
        short.pop();
        let text: String = short.iter().chain(&['…']).collect();
        if short.is_empty() || width(&text, size, false) <= room {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::Receipt;
    use rustybuzz::Direction;

    use super::{advance, fitting, print, runs};

    fn receipt(rtl: bool, lines: usize) -> Receipt {
        let line =
            |number: usize| (format!("{number} × كوب أزرق Blue <mug>"), "12.50 EUR".to_owned());
        Receipt {
            file_name: "receipt-K7Q2M9".to_owned(),
            title: if rtl { "إيصال" } else { "Чек" }.to_owned(),
            head: vec!["Kontor".to_owned(), String::new(), "\u{200b}👩‍🚀".to_owned()],
            lines: (1..=lines).map(line).collect(),
            total: ("المجموع".to_owned(), "25.00 EUR".to_owned()),
            foot: vec!["Oʻzbekcha".to_owned()],
            rtl,
        }
    }

    #[test]
    fn a_receipt_of_any_language_and_length_is_a_pdf() {
        for (rtl, lines) in [(false, 0), (true, 3), (false, 50), (true, 200)] {
            let bytes = print(&receipt(rtl, lines)).unwrap();
            assert!(bytes.starts_with(b"%PDF-"), "{lines}");
            assert!(
                bytes.len() < 200_000,
                "{} bytes: the font is cut to what is used",
                bytes.len()
            );
        }
    }

    #[test]
    fn numbers_are_not_turned_round_in_arabic() {
        let found = runs("2 × كوب", true);
        let reads: Vec<(&str, bool)> = found
            .into_iter()
            .map(|(run, direction)| (run, direction == Direction::RightToLeft))
            .collect();
        assert_eq!(reads.last(), Some(&("2", false)), "the number stands at the right: {reads:?}");
        assert!(reads.iter().any(|(run, rtl)| run.contains("كوب") && *rtl), "{reads:?}");
    }

    #[test]
    fn arabic_letters_are_joined() {
        let joined = advance("كوب", 10.0, Direction::RightToLeft);
        let apart: f32 =
            ["ك", "و", "ب"].iter().map(|one| advance(one, 10.0, Direction::RightToLeft)).sum();
        assert!(joined < apart, "{joined} {apart}");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        let short = fitting(&"wide ".repeat(100), 10.0, 100.0);
        assert!(short.ends_with('…') && short.len() < 100, "{short}");
    }
}
