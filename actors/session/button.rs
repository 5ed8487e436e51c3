//! What our inline buttons mean, and how that is written into their at most 64 bytes. Knows no texts.

use std::fmt;

use super::around::Around;
use crate::catalogue::Till;

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
    Languages,
    Language {
        code: String,
    },
    Help,
    /// Around the shop: settings, terms, privacy.
    Around(Around),
    /// The shop's front: its categories.
    Shop {
        page: usize,
    },
    Category {
        id: String,
        page: usize,
    },
    Search,
    Found {
        page: usize,
    },
    Favourites {
        page: usize,
    },
    Regions,
    /// `-`: anywhere.
    Region {
        id: String,
    },
    /// A product's card, as a new message.
    Product {
        product: String,
    },
    /// A variant was chosen on the card.
    Choose {
        sku: String,
    },
    /// So many of it in the cart, from its card.
    Take {
        sku: String,
        quantity: u32,
    },
    Favourite {
        product: String,
    },
    Cart {
        page: usize,
    },
    /// So many of it in the cart, from the cart.
    Set {
        sku: String,
        quantity: u32,
    },
    Pick {
        sku: String,
    },
    Note {
        sku: String,
    },
    Promo,
    NoPromo,
    Checkout {
        till: Till,
    },
    Methods,
    Method {
        id: String,
    },
    Address,
    Phone,
    NoPhone,
    Place {
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
    Again {
        number: String,
    },
    Goods {
        number: String,
    },
    Receipt {
        number: String,
    },
    NoReminders,
    /// The order's invoice as a message.
    Pay {
        number: String,
    },
    /// A person is to look at a payment; 0: at none in particular.
    PayHelp {
        number: String,
    },
    Plans,
    Plan {
        plan: String,
    },
    StopPlan {
        plan: String,
    },
    KeepPlan {
        plan: String,
    },
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
            "g" => Act::Languages,
            "w" => Act::Language { code: word()? },
            "?" => Act::Help,
            "a" => Act::Around(Around::parse(parts.next()?, || parts.next())?),
            "s" => Act::Shop { page: word()?.parse().ok()? },
            "k" => Act::Category { id: word()?, page: word()?.parse().ok()? },
            "z" => Act::Search,
            "f" => Act::Found { page: word()?.parse().ok()? },
            "v" => Act::Favourites { page: word()?.parse().ok()? },
            "rg" => Act::Regions,
            "rs" => Act::Region { id: word()? },
            "p" => Act::Product { product: word()? },
            "i" => Act::Choose { sku: word()? },
            "q" => Act::Take { sku: word()?, quantity: word()?.parse().ok()? },
            "u" => Act::Favourite { product: word()? },
            "y" => Act::Cart { page: word()?.parse().ok()? },
            "n" => Act::Set { sku: word()?, quantity: word()?.parse().ok()? },
            "yl" => Act::Pick { sku: word()? },
            "yn" => Act::Note { sku: word()? },
            "pe" => Act::Promo,
            "pr" => Act::NoPromo,
            "xg" => Act::Checkout { till: Till::Gateway },
            "xs" => Act::Checkout { till: Till::Stars },
            "ml" => Act::Methods,
            "m" => Act::Method { id: word()? },
            "xa" => Act::Address,
            "xp" => Act::Phone,
            "xn" => Act::NoPhone,
            "b" => Act::Place { nonce: u32::from_str_radix(&word()?, 16).ok()? },
            "l" => Act::Orders { page: word()?.parse().ok()? },
            "o" => Act::Order { number: word()? },
            "c" => Act::CancelOrder { number: word()? },
            "ag" => Act::Again { number: word()? },
            "d" => Act::Goods { number: word()? },
            "e" => Act::Receipt { number: word()? },
            "ro" => Act::NoReminders,
            "pi" => Act::Pay { number: word()? },
            "ph" => Act::PayHelp { number: word()? },
            "ps" => Act::Plans,
            "pp" => Act::Plan { plan: word()? },
            "px" => Act::StopPlan { plan: word()? },
            "pk" => Act::KeepPlan { plan: word()? },
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
            Act::Languages => f.write_str("g"),
            Act::Language { code } => write!(f, "w.{code}"),
            Act::Help => f.write_str("?"),
            Act::Around(around) => write!(f, "a.{around}"),
            Act::Shop { page } => write!(f, "s.{page}"),
            Act::Category { id, page } => write!(f, "k.{id}.{page}"),
            Act::Search => f.write_str("z"),
            Act::Found { page } => write!(f, "f.{page}"),
            Act::Favourites { page } => write!(f, "v.{page}"),
            Act::Regions => f.write_str("rg"),
            Act::Region { id } => write!(f, "rs.{id}"),
            Act::Product { product } => write!(f, "p.{product}"),
            Act::Choose { sku } => write!(f, "i.{sku}"),
            Act::Take { sku, quantity } => write!(f, "q.{sku}.{quantity}"),
            Act::Favourite { product } => write!(f, "u.{product}"),
            Act::Cart { page } => write!(f, "y.{page}"),
            Act::Set { sku, quantity } => write!(f, "n.{sku}.{quantity}"),
            Act::Pick { sku } => write!(f, "yl.{sku}"),
            Act::Note { sku } => write!(f, "yn.{sku}"),
            Act::Promo => f.write_str("pe"),
            Act::NoPromo => f.write_str("pr"),
            Act::Checkout { till: Till::Gateway } => f.write_str("xg"),
            Act::Checkout { till: Till::Stars } => f.write_str("xs"),
            Act::Methods => f.write_str("ml"),
            Act::Method { id } => write!(f, "m.{id}"),
            Act::Address => f.write_str("xa"),
            Act::Phone => f.write_str("xp"),
            Act::NoPhone => f.write_str("xn"),
            Act::Place { nonce } => write!(f, "b.{nonce:x}"),
            Act::Orders { page } => write!(f, "l.{page}"),
            Act::Order { number } => write!(f, "o.{number}"),
            Act::CancelOrder { number } => write!(f, "c.{number}"),
            Act::Again { number } => write!(f, "ag.{number}"),
            Act::Goods { number } => write!(f, "d.{number}"),
            Act::Receipt { number } => write!(f, "e.{number}"),
            Act::NoReminders => f.write_str("ro"),
            Act::Pay { number } => write!(f, "pi.{number}"),
            Act::PayHelp { number } => write!(f, "ph.{number}"),
            Act::Plans => f.write_str("ps"),
            Act::Plan { plan } => write!(f, "pp.{plan}"),
            Act::StopPlan { plan } => write!(f, "px.{plan}"),
            Act::KeepPlan { plan } => write!(f, "pk.{plan}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Press, Surface};
    use crate::catalogue::Till;

    /// Telegram's limit for a button's data.
    const DATA_MAX_BYTES: usize = 64;

    #[test]
    fn a_button_reads_back_as_it_was_written_and_fits() {
        let product = "a".repeat(32);
        let sku = format!("{product}/{}", "b".repeat(12));
        let number = "K7Q2M9".to_owned();
        let page = 20_000;
        for act in [
            Act::Home,
            Act::Register,
            Act::Languages,
            Act::Language { code: "uz".to_owned() },
            Act::Help,
            Act::Shop { page: usize::MAX },
            Act::Category { id: product.clone(), page },
            Act::Search,
            Act::Found { page },
            Act::Favourites { page },
            Act::Regions,
            Act::Region { id: "-".to_owned() },
            Act::Product { product: product.clone() },
            Act::Choose { sku: sku.clone() },
            Act::Take { sku: sku.clone(), quantity: u32::MAX },
            Act::Favourite { product },
            Act::Cart { page },
            Act::Set { sku: sku.clone(), quantity: u32::MAX },
            Act::Pick { sku: sku.clone() },
            Act::Note { sku },
            Act::Promo,
            Act::NoPromo,
            Act::Checkout { till: Till::Gateway },
            Act::Checkout { till: Till::Stars },
            Act::Methods,
            Act::Method { id: "post".to_owned() },
            Act::Address,
            Act::Phone,
            Act::NoPhone,
            Act::Place { nonce: u32::MAX },
            Act::Orders { page: 3 },
            Act::Order { number: number.clone() },
            Act::CancelOrder { number: number.clone() },
            Act::Again { number: number.clone() },
            Act::Goods { number: number.clone() },
            Act::Receipt { number },
            Act::NoReminders,
        ] {
            for on in [Surface::Text, Surface::Photo, Surface::Kept] {
                let press = Press { on, act: act.clone() };
                let data = press.to_string();
                assert!(data.len() <= DATA_MAX_BYTES, "{data}");
                assert_eq!(Press::parse(&data), Some(press));
            }
        }
        for foreign in ["", "t", "t.", "t.z9", "t.s", "t.s.", "t.s.x", "t.h.more", "f:1:2:3", "é.h"]
        {
            assert_eq!(Press::parse(foreign), None, "{foreign}");
        }
    }
}
