//! What our inline buttons mean, and how that is written into their at most 64 bytes. Knows no texts.

use std::fmt;

use super::around::Around;

/// A press of one of our buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    pub on: Surface,
    pub act: Act,
}

/// The kind of message under which the button stands: a photo cannot become a text, and a card stays what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    Text,
    Photo,
    /// An order's card or a receipt: what its buttons show is a message of its own.
    Kept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Home,
    Register,
    Shop {
        page: usize,
    },
    Product {
        product: String,
    },
    Quantity {
        product: String,
        quantity: u32,
    },
    Place {
        product: String,
        quantity: u32,
        nonce: u32,
    },
    Orders {
        page: usize,
    },
    Order {
        number: String,
    },
    CancelOrder {
        number: String,
    },
    Languages,
    Language {
        code: String,
    },
    Help,
    /// Around the shop: settings, terms, privacy.
    Around(Around),
}

impl Press {
    /// Reads a button's data; `None` for what is not ours, or from a time when buttons were written otherwise.
    pub fn parse(data: &str) -> Option<Self> {
        let mut parts = data.split('.');
        let on = match parts.next()? {
            "t" => Surface::Text,
            "p" => Surface::Photo,
            "k" => Surface::Kept,
            _ => return None,
        };
        let verb = parts.next()?;
        let mut word = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let act = match verb {
            "h" => Act::Home,
            "r" => Act::Register,
            "s" => Act::Shop { page: word()?.parse().ok()? },
            "p" => Act::Product { product: word()? },
            "q" => Act::Quantity { product: word()?, quantity: word()?.parse().ok()? },
            "b" => Act::Place {
                product: word()?,
                quantity: word()?.parse().ok()?,
                nonce: u32::from_str_radix(&word()?, 16).ok()?,
            },
            "l" => Act::Orders { page: word()?.parse().ok()? },
            "o" => Act::Order { number: word()? },
            "c" => Act::CancelOrder { number: word()? },
            "g" => Act::Languages,
            "w" => Act::Language { code: word()? },
            "?" => Act::Help,
            "a" => Act::Around(Around::parse(parts.next()?, || parts.next())?),
            _ => return None,
        };
        parts.next().is_none().then_some(Self { on, act })
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.on {
            Surface::Text => "t.",
            Surface::Photo => "p.",
            Surface::Kept => "k.",
        })?;
        match &self.act {
            Act::Home => f.write_str("h"),
            Act::Register => f.write_str("r"),
            Act::Shop { page } => write!(f, "s.{page}"),
            Act::Product { product } => write!(f, "p.{product}"),
            Act::Quantity { product, quantity } => write!(f, "q.{product}.{quantity}"),
            Act::Place { product, quantity, nonce } => {
                write!(f, "b.{product}.{quantity}.{nonce:x}")
            }
            Act::Orders { page } => write!(f, "l.{page}"),
            Act::Order { number } => write!(f, "o.{number}"),
            Act::CancelOrder { number } => write!(f, "c.{number}"),
            Act::Languages => f.write_str("g"),
            Act::Language { code } => write!(f, "w.{code}"),
            Act::Help => f.write_str("?"),
            Act::Around(around) => write!(f, "a.{around}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Press, Surface};

    /// Telegram's limit for a button's data.
    const DATA_MAX_BYTES: usize = 64;

    #[test]
    fn a_button_reads_back_as_it_was_written_and_fits() {
        let product = "a".repeat(32);
        let number = "K7Q2M9".to_owned();
        for act in [
            Act::Home,
            Act::Register,
            Act::Shop { page: usize::MAX },
            Act::Product { product: product.clone() },
            Act::Quantity { product: product.clone(), quantity: u32::MAX },
            Act::Place { product, quantity: u32::MAX, nonce: u32::MAX },
            Act::Orders { page: 3 },
            Act::Order { number: number.clone() },
            Act::CancelOrder { number },
            Act::Languages,
            Act::Language { code: "uz".to_owned() },
            Act::Help,
        ] {
            for on in [Surface::Text, Surface::Photo, Surface::Kept] {
                let press = Press { on, act: act.clone() };
                let data = press.to_string();
                assert!(data.len() <= DATA_MAX_BYTES, "{data}");
                assert_eq!(Press::parse(&data), Some(press));
            }
        }
        for foreign in ["", "t", "t.", "t.z", "t.s", "t.s.", "t.s.x", "t.h.more", "f:1:2:3", "é.h"]
        {
            assert_eq!(Press::parse(foreign), None, "{foreign}");
        }
    }
}
