//! Money as integer minor units with a currency. Knows no gateway and no locale.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code, or `XTR` (Telegram Stars).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MoneyError {
    #[error("'{0}' is not a currency: expected three capital letters such as EUR")]
    Currency(String),
    #[error("'{0}' is not an amount of {1}")]
    Amount(String, Currency),
    #[error("{0} and {1} are different currencies")]
    Mixed(Currency, Currency),
    #[error("the amount is too large")]
    Overflow,
}

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const XTR: Self = Self(*b"XTR");

    /// # Errors
    /// When the text is not three capital letters.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) => {
                Ok(Self([*a, *b, *c]))
            }
            _ => Err(MoneyError::Currency(text.to_owned())),
        }
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }

    /// Decimal places of the minor unit (ISO 4217; Stars have none).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"XTR" | b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount in minor units (cents, tiyin, Stars).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: Currency,
}

impl Money {
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// # Errors
    /// When the currencies differ or the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let sum = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(sum, self.currency))
    }

    /// # Errors
    /// When the product does not fit.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let product =
            self.amount_minor.checked_mul(i64::from(quantity)).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(product, self.currency))
    }

    pub fn negated(self) -> Self {
        Self::new(-self.amount_minor, self.currency)
    }

    /// Digits with a point, without the currency: `12.00`, `-0.05`, `350`.
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let amount = self.amount_minor.unsigned_abs();
        if exponent == 0 {
            return format!("{sign}{amount}");
        }
        let places = exponent as usize;
        format!("{sign}{}.{:0places$}", amount / unit, amount % unit)
    }

    /// Reads `12`, `12.5`, `12.50`.
    ///
    /// # Errors
    /// When it is no number, has too many decimals, or does not fit.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::Amount(text.to_owned(), currency);
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let places = currency.exponent() as usize;
        let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > places {
            return Err(wrong());
        }
        let padded = format!("{whole}{part:0<places$}");
        Ok(Self::new(padded.parse().map_err(|_| wrong())?, currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, Money, MoneyError};

    #[test]
    fn amounts_print_and_read_without_losing_a_unit() {
        let jpy = Currency::parse("JPY").expect("a currency");
        let kwd = Currency::parse("KWD").expect("a currency");
        for (minor, currency, text) in [
            (1200, Currency::EUR, "12.00"),
            (5, Currency::EUR, "0.05"),
            (350, jpy, "350"),
            (1, kwd, "0.001"),
            (i64::MAX, Currency::EUR, "92233720368547758.07"),
        ] {
            assert_eq!(Money::new(minor, currency).decimal(), text);
            assert_eq!(Money::parse_decimal(text, currency), Ok(Money::new(minor, currency)));
        }
        assert_eq!(Money::new(-5, Currency::EUR).to_string(), "-0.05 EUR");
        for text in ["", ".5", "1.234", "-1", "1e3", "99999999999999999999"] {
            assert!(Money::parse_decimal(text, Currency::EUR).is_err(), "{text}");
        }
    }

    #[test]
    fn currencies_are_never_mixed() {
        let sum = Money::new(1, Currency::EUR).plus(Money::new(1, Currency::XTR));
        assert_eq!(sum, Err(MoneyError::Mixed(Currency::EUR, Currency::XTR)));
        assert_eq!(Money::new(i64::MAX, Currency::EUR).times(2), Err(MoneyError::Overflow));
    }
}
