//! The columns of the catalogue's file. Knows no rules of what stands in them.

use entities::Currency;

use super::Problem;
use crate::settings::LANGUAGES;

/// One column; languages and currencies have one each, as in `title.en`, `price.EUR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Kind,
    Id,
    Variant,
    Category,
    Photo,
    Stock,
    Regions,
    Goods,
    Codes,
    SoldWithoutStars,
    Title(String),
    Description(String),
    GoodsText(String),
    Price(Currency),
}

impl Column {
    fn parse(name: &str) -> Result<Self, String> {
        let language = |code: &str| match LANGUAGES.contains(&code) {
            true => Ok(code.to_owned()),
            false => Err(format!(
                "there are no texts in '{code}': write one of {}",
                LANGUAGES.join(", ")
            )),
        };
        Ok(match name.split_once('.') {
            Some(("title", code)) => Self::Title(language(code)?),
            Some(("description", code)) => Self::Description(language(code)?),
            Some(("goods", code)) => Self::GoodsText(language(code)?),
            Some(("price", code)) => {
                Self::Price(Currency::parse(code).map_err(|error| error.to_string())?)
            }
            _ => match name {
                "kind" => Self::Kind,
                "id" => Self::Id,
                "variant" => Self::Variant,
                "category" => Self::Category,
                "photo" => Self::Photo,
                "stock" => Self::Stock,
                "regions" => Self::Regions,
                "goods" => Self::Goods,
                "codes" => Self::Codes,
                "sold_without_stars" => Self::SoldWithoutStars,
                _ => return Err(
                    "no such column: kind, id, variant, category, title.en, description.en, price.EUR, stock, photo, \
                     regions, goods, goods.en, codes and sold_without_stars are known"
                        .to_owned(),
                ),
            },
        })
    }
}

/// One line of the file: what stands in which column; empty cells are left out.
pub(super) struct Line {
    pub(super) number: u64,
    cells: Vec<(Column, String, String)>,
}

impl Line {
    /// What stands in a column.
    pub(super) fn get(&self, column: &Column) -> Option<&str> {
        let found = self.cells.iter().find(|(known, _, _)| known == column);
        found.map(|(_, _, text)| text.as_str())
    }

    /// Columns, their names and what stands in them.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Column, &str, &str)> {
        self.cells.iter().map(|(column, name, text)| (column, name.as_str(), text.as_str()))
    }

    pub(super) fn problem(&self, column: &str, reason: impl Into<String>) -> Problem {
        Problem { line: self.number, column: column.to_owned(), reason: reason.into() }
    }
}

/// Cuts the file into lines; separated by commas or semicolons, whichever its head has more of.
pub(super) fn lines(bytes: &[u8], problems: &mut Vec<Problem>) -> Vec<Line> {
    let at = |line: u64, reason: String| Problem { line, column: String::new(), reason };
    let text = match std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        Ok(text) => text,
        Err(error) => {
            let line =
                1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            problems.push(at(line as u64, "not UTF-8: save the file as CSV UTF-8".to_owned()));
            return Vec::new();
        }
    };
    let head = text.lines().next().unwrap_or_default();
    let semicolons = head.matches(';').count() > head.matches(',').count();
    let delimiter = if semicolons { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => {
            problems.push(at(1, error.to_string()));
            return Vec::new();
        }
    };
    let mut columns: Vec<Option<Column>> = Vec::new();
    for name in &names {
        match Column::parse(name) {
            Ok(column) if columns.contains(&Some(column.clone())) => {
                problems.push(at(1, format!("the column {name} is there twice")));
                columns.push(None);
            }
            Ok(column) => columns.push(Some(column)),
            Err(reason) => {
                problems.push(Problem { line: 1, column: name.clone(), reason });
                columns.push(None);
            }
        }
    }
    for (needed, name) in [(Column::Kind, "kind"), (Column::Id, "id")] {
        if !columns.contains(&Some(needed)) {
            problems.push(at(1, format!("there is no column {name}")));
        }
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems
                    .push(at(line, "not CSV: a quote is open, or stands inside a cell".to_owned()));
                continue;
            }
        };
        let number = record.position().map_or(0, csv::Position::line);
        if record.len() > names.len() {
            problems
                .push(at(number, format!("{} cells under {} columns", record.len(), names.len())));
        }
        let cells = record.iter().zip(columns.iter().zip(&names));
        let cells: Vec<_> = cells
            .filter(|(text, _)| !text.trim().is_empty())
            .filter_map(|(text, (column, name))| {
                Some((column.clone()?, name.clone(), text.trim().to_owned()))
            })
            .collect();
        if !cells.is_empty() {
            found.push(Line { number, cells });
        }
    }
    found
}
