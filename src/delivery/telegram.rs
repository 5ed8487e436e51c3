//! Telegram's part of the courier.
