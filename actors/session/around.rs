//! Buttons around the shop: settings, terms, help, privacy. What they mean and how it is written, after `a.`.

use std::fmt;

use entities::Currency;

use super::turn::Turn;
use super::{faq, privacy, registration, remind, settings, terms};
use crate::manners::Quiet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Around {
    Settings,
    Zones,
    Zone {
        name: String,
    },
    Currencies,
    Currency {
        currency: Currency,
    },
    Silent {
        silent: bool,
    },
    QuietHours,
    Quiet {
        quiet: Quiet,
    },
    Name,
    Phone,
    Email,
    /// Takes the address back.
    ForgetEmail,
    /// What registration asks now is not answered.
    Skip,
    Terms,
    Agree {
        version: String,
    },
    Decline,
    Withdraw,
    /// An answer, by its place in the file of the customer's language.
    Answer {
        place: usize,
    },
    Search,
    Support,
    Privacy,
    Export,
    Erase,
    /// They have read what that means.
    EraseReally,
    /// They have thought better of it.
    Stay,
    /// Of an unfinished registration.
    StopReminding,
}

impl Around {
    pub(super) fn parse<'a>(word: &str, mut rest: impl FnMut() -> Option<&'a str>) -> Option<Self> {
        Some(match word {
            "s" => Self::Settings,
            "zz" => Self::Zones,
            "z" => Self::Zone { name: rest()?.to_owned() },
            "cc" => Self::Currencies,
            "c" => Self::Currency { currency: Currency::parse(rest()?).ok()? },
            "n" => Self::Silent { silent: rest()? == "0" },
            "qq" => Self::QuietHours,
            "q" => Self::Quiet {
                quiet: Quiet { from: rest()?.parse().ok()?, to: rest()?.parse().ok()? },
            },
            "na" => Self::Name,
            "ph" => Self::Phone,
            "em" => Self::Email,
            "ef" => Self::ForgetEmail,
            "sk" => Self::Skip,
            "t" => Self::Terms,
            "ty" => Self::Agree { version: rest()?.to_owned() },
            "tn" => Self::Decline,
            "tw" => Self::Withdraw,
            "f" => Self::Answer { place: rest()?.parse().ok()? },
            "ff" => Self::Search,
            "su" => Self::Support,
            "p" => Self::Privacy,
            "px" => Self::Export,
            "pe" => Self::Erase,
            "pr" => Self::EraseReally,
            "ps" => Self::Stay,
            "rs" => Self::StopReminding,
            _ => return None,
        })
    }
}

impl fmt::Display for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings => f.write_str("s"),
            Self::Zones => f.write_str("zz"),
            Self::Zone { name } => write!(f, "z.{name}"),
            Self::Currencies => f.write_str("cc"),
            Self::Currency { currency } => write!(f, "c.{currency}"),
            Self::Silent { silent } => write!(f, "n.{}", u8::from(!silent)),
            Self::QuietHours => f.write_str("qq"),
            Self::Quiet { quiet } => write!(f, "q.{}.{}", quiet.from, quiet.to),
            Self::Name => f.write_str("na"),
            Self::Phone => f.write_str("ph"),
            Self::Email => f.write_str("em"),
            Self::ForgetEmail => f.write_str("ef"),
            Self::Skip => f.write_str("sk"),
            Self::Terms => f.write_str("t"),
            Self::Agree { version } => write!(f, "ty.{version}"),
            Self::Decline => f.write_str("tn"),
            Self::Withdraw => f.write_str("tw"),
            Self::Answer { place } => write!(f, "f.{place}"),
            Self::Search => f.write_str("ff"),
            Self::Support => f.write_str("su"),
            Self::Privacy => f.write_str("p"),
            Self::Export => f.write_str("px"),
            Self::Erase => f.write_str("pe"),
            Self::EraseReally => f.write_str("pr"),
            Self::Stay => f.write_str("ps"),
            Self::StopReminding => f.write_str("rs"),
        }
    }
}

/// Does what the button says; what is shown beside it for a moment.
pub(super) fn act(turn: &mut Turn<'_>, act: &Around) -> Option<String> {
    match act {
        Around::Terms => terms::show(turn),
        Around::Agree { version } => return terms::agree(turn, version),
        Around::Decline => terms::decline(turn),
        Around::Answer { place } => return faq::answer(turn, *place),
        Around::Search => faq::search_wanted(turn),
        Around::Support => faq::support(turn),
        Around::Privacy => privacy::show(turn),
        Around::Export => return privacy::export(turn),
        Around::Erase => privacy::erase_wanted(turn),
        Around::EraseReally => privacy::erase(turn),
        Around::Stay => return privacy::stay(turn),
        Around::StopReminding => return remind::stop(turn),
        Around::Skip => registration::skip(turn),
        // What follows belongs to customers.
        _ if !turn.is_registered() => registration::begin(turn),
        Around::Withdraw => return terms::withdraw(turn),
        Around::Settings => settings::show(turn),
        Around::Zones => settings::zones(turn),
        Around::Zone { name } => return settings::zone(turn, name),
        Around::Currencies => settings::currencies(turn),
        Around::Currency { currency } => return settings::currency(turn, *currency),
        Around::Silent { silent } => return settings::silent(turn, *silent),
        Around::QuietHours => settings::quiet_hours(turn),
        Around::Quiet { quiet } => return settings::quiet(turn, *quiet),
        Around::Name => settings::name(turn),
        Around::Phone => settings::phone(turn),
        Around::Email => settings::email(turn),
        Around::ForgetEmail => return settings::forget_email(turn),
    }
    None
}
