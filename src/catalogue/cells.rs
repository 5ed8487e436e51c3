//! What stands in the cells of one line: texts, prices, files, goods, pieces. Knows no other line.

use actors::stock::{CODES_MAX, UNLIMITED as NO_LIMIT};
use actors::{Goods, Prices, ProductKind, Texts};
use entities::{Currency, Money};

use super::check::Reading;
use super::columns::{Column, Line};
use super::{RISK, Shelf, Stock, UNLIMITED};

const TITLE_MAX_CHARS: usize = 100;
/// Telegram takes 1,024 characters under a photo; title, price and question need some.
const DESCRIPTION_MAX_CHARS: usize = 600;
const GOODS_MAX_CHARS: usize = 3_000;
/// Telegram copies at most so much at the press of a button.
const CODE_MAX_CHARS: usize = 256;
/// The most that Telegram takes in Stars for one invoice.
const STARS_MAX: i64 = 100_000;

impl Reading<'_> {
    /// What makes no sense on this kind of line.
    pub(super) fn only(&mut self, line: &Line, fits: impl Fn(&Column) -> bool) {
        let kind = line.get(&Column::Kind).unwrap_or_default().to_owned();
        let odd: Vec<String> = line
            .cells()
            .filter(|(column, _, _)| !fits(column))
            .map(|(_, name, _)| name.to_owned())
            .collect();
        for name in odd {
            self.say(line, &name, format!("must be empty on a line of kind {kind}"));
        }
    }

    pub(super) fn titles(&mut self, line: &Line) -> Texts {
        let titles = self.texts(line, TITLE_MAX_CHARS, |column| match column {
            Column::Title(code) => Some(code),
            _ => None,
        });
        let needed = self.against.default_language;
        if !titles.contains_key(needed) {
            let reason = format!("missing: {needed} is the shop's default language");
            self.say(line, &format!("title.{needed}"), reason);
        }
        titles
    }

    pub(super) fn descriptions(&mut self, line: &Line) -> Texts {
        self.texts(line, DESCRIPTION_MAX_CHARS, |column| match column {
            Column::Description(code) => Some(code),
            _ => None,
        })
    }

    fn texts(
        &mut self,
        line: &Line,
        max_chars: usize,
        code_of: impl Fn(&Column) -> Option<&String>,
    ) -> Texts {
        let mut texts = Texts::new();
        for (column, name, text) in line.cells() {
            let Some(code) = code_of(column) else { continue };
            let chars = text.chars().count();
            if chars > max_chars {
                let reason = format!("{chars} characters, at most {max_chars} fit");
                self.problems.push(line.problem(name, reason));
            }
            texts.insert(code.clone(), text.to_owned());
        }
        texts
    }

    pub(super) fn prices(&mut self, line: &Line) -> Prices {
        let mut prices = Prices::new();
        for (column, name, text) in line.cells() {
            let Column::Price(currency) = column else { continue };
            match Money::parse_decimal(text, *currency) {
                Ok(price) if price.amount_minor == 0 => {
                    self.problems.push(line.problem(name, "a price is more than nothing"));
                }
                Ok(price) if *currency == Currency::XTR && price.amount_minor > STARS_MAX => {
                    let reason = format!("Telegram takes at most {STARS_MAX} Stars at once");
                    self.problems.push(line.problem(name, reason));
                }
                Ok(price) => {
                    prices.insert(*currency, price.amount_minor);
                }
                Err(error) => {
                    let reason = format!("{error}: write it as in 12 or 12.50");
                    self.problems.push(line.problem(name, reason));
                }
            }
        }
        prices
    }

    pub(super) fn photo(&mut self, line: &Line) -> Option<String> {
        let name = line.get(&Column::Photo)?.to_owned();
        self.file(line, "photo", &name);
        Some(name)
    }

    fn file(&mut self, line: &Line, column: &str, name: &str) {
        if !is_file_name(name) {
            let reason = format!("'{name}': up to 64 of a-z, A-Z, 0-9, -, _ and ., no folder");
            self.say(line, column, reason);
        } else if !(self.against.has_file)(name) {
            self.say(
                line,
                column,
                format!("there is no file {name}: name its folder with --pictures"),
            );
        }
    }

    pub(super) fn regions(&mut self, line: &Line) -> Vec<String> {
        let text = line.get(&Column::Regions).unwrap_or_default();
        let regions: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        for region in &regions {
            let good = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-';
            if region.len() > 8 || !region.bytes().all(good) {
                let reason =
                    format!("'{region}': write codes such as DE or UZ, with spaces between");
                self.say(line, "regions", reason);
            }
        }
        regions
    }

    pub(super) fn digital(&mut self, line: &Line) -> ProductKind {
        self.only(line, |column| *column != Column::Variant);
        let risk_accepted = match line.get(&Column::SoldWithoutStars) {
            None => false,
            Some(RISK) => true,
            Some(other) => {
                let reason = format!(
                    "'{other}': digital goods are sold for Stars only, as Telegram's terms require; whoever sells \
                     them through another gateway risks that Telegram bans the bot, and writes {RISK}"
                );
                self.say(line, "sold_without_stars", reason);
                true
            }
        };
        let words = self.texts(line, GOODS_MAX_CHARS, |column| match column {
            Column::GoodsText(code) => Some(code),
            _ => None,
        });
        let goods = match line.get(&Column::Goods).map(str::to_owned) {
            Some(text) if text == "codes" => Goods::Codes,
            Some(text) if text == "text" => {
                if !words.contains_key(self.against.default_language) {
                    let column = format!("goods.{}", self.against.default_language);
                    self.say(line, &column, "missing: what the customer is sent");
                }
                Goods::Text(words)
            }
            Some(text) if text.starts_with("file:") => {
                let name = text["file:".len()..].to_owned();
                self.file(line, "goods", &name);
                Goods::File(name)
            }
            other => {
                let found = other.unwrap_or_default();
                self.say(line, "goods", format!("'{found}': write text, codes or file:NAME"));
                Goods::Codes
            }
        };
        if goods != Goods::Codes && line.get(&Column::Codes).is_some() {
            self.say(line, "codes", "must be empty where goods is not codes");
        }
        ProductKind::Digital { goods, risk_accepted }
    }

    /// `kind` is missing for a variant: its product's is not known yet.
    pub(super) fn shelf(&mut self, line: &Line, sku: String, kind: Option<&ProductKind>) {
        let codes: Vec<String> = line
            .get(&Column::Codes)
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if codes.len() > CODES_MAX {
            let reason = format!("{} codes, at most {CODES_MAX} fit into a shelf", codes.len());
            self.say(line, "codes", reason);
        }
        for code in codes.iter().filter(|code| code.chars().count() > CODE_MAX_CHARS) {
            let begin: String = code.chars().take(12).collect();
            let reason = format!("'{begin}…' is longer than {CODE_MAX_CHARS} characters");
            self.problems.push(line.problem("codes", reason));
        }
        let sells_codes = matches!(kind, Some(ProductKind::Digital { goods: Goods::Codes, .. }));
        let stock = match (line.get(&Column::Stock), codes.is_empty() && !sells_codes) {
            (Some(_), false) => {
                self.say(line, "stock", "must be empty where codes are: they are counted");
                return;
            }
            (None, false) if codes.is_empty() => return,
            (None, false) => Stock::Codes(codes),
            (None, true) => {
                let unlimited = matches!(
                    kind,
                    Some(ProductKind::Digital { goods: Goods::Text(_) | Goods::File(_), .. })
                );
                match unlimited {
                    true => Stock::Pieces(NO_LIMIT),
                    false => return,
                }
            }
            (Some(UNLIMITED), true) => Stock::Pieces(NO_LIMIT),
            (Some(text), true) => match text.parse::<u32>() {
                Ok(pieces) if pieces < NO_LIMIT => Stock::Pieces(pieces),
                _ => {
                    let reason = format!("'{text}': write a number of pieces or {UNLIMITED}");
                    return self.say(line, "stock", reason);
                }
            },
        };
        self.sheet.shelves.push(Shelf { sku, stock });
    }
}

fn is_file_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&name.len()) && name.chars().all(good) && !name.starts_with('.')
}
