//! Where a customer came from: what the payload of a `/start` link says. Knows no conversation.
//!
//! `https://t.me/<bot>?start=<payload>`; Telegram takes `A-Z`, `a-z`, `0-9`, `_` and `-`, at most 64 characters:
//! `r_CODE` a referral, `c_CHANNEL_POST` a post in a channel, `p_PRODUCT` a product, `s_PRODUCT_CODE` a product that
//! somebody shared. Anything else is kept as it is, for campaigns of the merchant's own making.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Referral { code: String },
    Post { channel: String, post: i64 },
    Product { product: String },
    Share { product: String, code: String },
    Campaign { name: String },
}

impl Origin {
    /// `None` for a bare `/start`.
    pub fn parse(payload: &str) -> Option<Self> {
        let campaign = || Self::Campaign { name: payload.to_owned() };
        if payload.is_empty() {
            return None;
        }
        let (kind, rest) = payload.split_once('_').unwrap_or(("", payload));
        let words =
            rest.rsplit_once('_').filter(|(first, last)| !first.is_empty() && !last.is_empty());
        Some(match (kind, words) {
            ("r", _) if !rest.is_empty() => Self::Referral { code: rest.to_owned() },
            ("p", _) if !rest.is_empty() => Self::Product { product: rest.to_owned() },
            ("c", Some((channel, post))) => match post.parse() {
                Ok(post) => Self::Post { channel: channel.to_owned(), post },
                Err(_) => campaign(),
            },
            ("s", Some((product, code))) => {
                Self::Share { product: product.to_owned(), code: code.to_owned() }
            }
            _ => campaign(),
        })
    }

    /// The product that the link is about.
    pub fn product(&self) -> Option<&str> {
        match self {
            Self::Product { product } | Self::Share { product, .. } => Some(product),
            _ => None,
        }
    }

    /// In statistics: `referral`, `post`, `product`, `share`, `campaign`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Referral { .. } => "referral",
            Self::Post { .. } => "post",
            Self::Product { .. } => "product",
            Self::Share { .. } => "share",
            Self::Campaign { .. } => "campaign",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn a_link_says_where_somebody_came_from() {
        let text = |text: &str| text.to_owned();
        for (payload, expected) in [
            ("", None),
            ("r_ada7", Some(Origin::Referral { code: text("ada7") })),
            ("c_my_channel_42", Some(Origin::Post { channel: text("my_channel"), post: 42 })),
            ("p_blue-mug", Some(Origin::Product { product: text("blue-mug") })),
            ("s_blue-mug_x9", Some(Origin::Share { product: text("blue-mug"), code: text("x9") })),
            ("spring", Some(Origin::Campaign { name: text("spring") })),
            ("r_", Some(Origin::Campaign { name: text("r_") })),
            ("c_channel_x", Some(Origin::Campaign { name: text("c_channel_x") })),
            ("s_blue-mug", Some(Origin::Campaign { name: text("s_blue-mug") })),
            ("_", Some(Origin::Campaign { name: text("_") })),
        ] {
            assert_eq!(Origin::parse(payload), expected, "{payload}");
        }
    }
}
