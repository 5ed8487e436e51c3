//! Aligned tables, times and colours for a terminal. Knows no content.

use std::io::IsTerminal;

use actors::{Clock, from_ms};
use unicode_segmentation::UnicodeSegmentation;

/// Rows under a head; columns as wide as they need, the last one as it is.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        let flat = |cell: String| cell.replace(['\n', '\r', '\t'], " ");
        self.rows.push(cells.into_iter().map(flat).collect());
    }

    /// The lines; the head is bold on a terminal.
    pub(super) fn print(&self) {
        for (number, line) in self.lines().iter().enumerate() {
            match number {
                0 => println!("{}", bold(line)),
                _ => println!("{line}"),
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| letters(cell)).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                line.push_str(cell);
                if column + 1 < row.len() {
                    line.push_str(&" ".repeat(widths[column] - letters(cell) + 2));
                }
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

/// As wide as a person sees it, near enough.
fn letters(text: &str) -> usize {
    text.graphemes(true).count()
}

/// `3 min ago`, `in 2 h`, with the date where it is longer.
pub(super) fn when(ms: i64) -> String {
    relative(ms, Clock::system().now_ms())
}

fn relative(ms: i64, now_ms: i64) -> String {
    const DAY_S: i64 = 86_400;
    let away_s = (ms - now_ms) / 1_000;
    let amount = match away_s.abs() {
        DAY_S.. => return date(ms),
        s @ 3_600.. => format!("{} h", s / 3_600),
        s @ 60.. => format!("{} min", s / 60),
        s => format!("{s} s"),
    };
    match away_s {
        0 => "now".to_owned(),
        1.. => format!("in {amount}"),
        _ => format!("{amount} ago"),
    }
}

/// UTC.
pub(super) fn date(ms: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    from_ms(ms).format(format).unwrap_or_default()
}

/// `1 actor`, `2 actors`.
pub(super) fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

fn painted(text: &str, code: &str) -> String {
    match std::io::stdout().is_terminal() && crate::settings::may_colour() {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

pub(super) fn bold(text: &str) -> String {
    painted(text, "1")
}

pub(super) fn good(text: &str) -> String {
    painted(text, "32")
}

pub(super) fn warn(text: &str) -> String {
    painted(text, "33")
}

pub(super) fn bad(text: &str) -> String {
    painted(text, "31;1")
}

pub(super) fn quiet(text: &str) -> String {
    painted(text, "2")
}

#[cfg(test)]
mod tests {
    use super::{Table, relative};

    #[test]
    fn columns_are_aligned_whatever_the_script() {
        let mut table = Table::new(&["id", "name", "why"]);
        table.row(vec!["1".into(), "ёж".into(), "a\nb".into()]);
        table.row(vec!["100".into(), "x".into(), String::new()]);
        assert_eq!(table.lines(), ["id   name  why", "1    ёж    a b", "100  x"]);
    }

    #[test]
    fn near_times_are_told_as_distance() {
        assert_eq!(relative(0, 200_000), "3 min ago");
        assert_eq!(relative(7_200_000, 0), "in 2 h");
        assert_eq!(relative(86_400_000 * 2, 0), "1970-01-03 00:00 UTC");
    }
}
