//! What Telegram says about money: checkout questions, payments, refunds, subscriptions. Knows
//! nothing of orders or of the ledger; amounts are integers in the currency's minor unit (Stars:
//! whole Stars).

use serde::Deserialize;

use super::part::{Text, User, nullable};

/// "May this be paid?" Must be answered within 10 seconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PreCheckout<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    pub from: User<'a>,
    /// ISO 4217 code, or `XTR` for Stars.
    pub currency: Text<'a>,
    #[serde(rename = "total_amount")]
    pub amount_minor: i64,
    #[serde(rename = "invoice_payload")]
    pub payload: Text<'a>,
    pub shipping_option_id: Option<Text<'a>>,
    #[serde(rename = "order_info")]
    pub buyer: Option<Box<Buyer<'a>>>,
}

/// "What does delivery there cost?" Only for invoices with a flexible price.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shipping<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    pub from: User<'a>,
    #[serde(rename = "invoice_payload")]
    pub payload: Text<'a>,
    #[serde(rename = "shipping_address")]
    pub address: Address<'a>,
}

/// What the customer told Telegram's payment form, as far as the invoice asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Buyer<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    pub phone_number: Option<Text<'a>>,
    pub email: Option<Text<'a>>,
    pub shipping_address: Option<Address<'a>>,
}

/// A postal address; fields that a country lacks are empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Address<'a> {
    /// ISO 3166-1 alpha-2.
    #[serde(borrow)]
    pub country_code: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub state: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub city: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub street_line1: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub street_line2: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    pub post_code: Text<'a>,
}

/// The money moved. Comes as a message in the chat where the invoice was paid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SuccessfulPayment<'a> {
    #[serde(borrow)]
    pub currency: Text<'a>,
    #[serde(rename = "total_amount")]
    pub amount_minor: i64,
    #[serde(rename = "invoice_payload")]
    pub payload: Text<'a>,
    #[serde(rename = "telegram_payment_charge_id")]
    pub telegram_charge_id: Text<'a>,
    #[serde(rename = "provider_payment_charge_id")]
    pub provider_charge_id: Option<Text<'a>>,
    /// Unix time in seconds; only for subscriptions.
    #[serde(rename = "subscription_expiration_date")]
    pub subscription_until: Option<i64>,
    #[serde(default, deserialize_with = "nullable")]
    pub is_recurring: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_first_recurring: bool,
    pub shipping_option_id: Option<Text<'a>>,
    #[serde(rename = "order_info")]
    pub buyer: Option<Buyer<'a>>,
}

/// The money went back. Stars refunds name no provider's charge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefundedPayment<'a> {
    #[serde(borrow)]
    pub currency: Text<'a>,
    #[serde(rename = "total_amount")]
    pub amount_minor: i64,
    #[serde(rename = "invoice_payload")]
    pub payload: Text<'a>,
    #[serde(rename = "telegram_payment_charge_id")]
    pub telegram_charge_id: Text<'a>,
    #[serde(rename = "provider_payment_charge_id")]
    pub provider_charge_id: Option<Text<'a>>,
}

/// A user's Stars subscription changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription<'a> {
    #[serde(borrow)]
    pub user: User<'a>,
    #[serde(rename = "invoice_payload")]
    pub payload: Text<'a>,
    /// `active`, `canceled`, `failed` and whatever comes later.
    pub state: Text<'a>,
}

/// A user bought paid media that the bot had sent with a payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaidMedia<'a> {
    #[serde(borrow)]
    pub from: User<'a>,
    #[serde(rename = "paid_media_payload")]
    pub payload: Text<'a>,
}
