//! Files that go along with a message. Knows no layout and no client library.

use serde::{Deserialize, Serialize};

/// What is sent as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Document {
    /// Beside the pictures, by its name.
    Ours(String),
    /// Set in type at delivery.
    Receipt(Box<Receipt>),
}

/// A receipt as it is printed: all words are the customer's language's already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Without an ending.
    pub file_name: String,
    pub title: String,
    /// Who sold it, which order, when.
    pub head: Vec<String>,
    /// What, and for how much.
    pub lines: Vec<(String, String)>,
    pub total: (String, String),
    pub foot: Vec<String>,
    /// It is written from right to left.
    pub rtl: bool,
}
