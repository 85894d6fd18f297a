//! Values for templates.

use std::fmt;

use usher_domain::text::Product;
use usher_domain::{Account, WallTime};

/// A time for a `<time>` element (`m::time`): RFC 3339 for machines, and a readable form until the script shows it in
/// the user's own time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Moment(pub(crate) WallTime);

impl Moment {
    fn instant(self) -> jiff::Timestamp {
        // Usher has no time outside of the years that can be formatted.
        jiff::Timestamp::from_millisecond(self.0.get().millis()).unwrap_or(jiff::Timestamp::MAX)
    }

    /// The `datetime` attribute.
    pub(crate) fn machine(self) -> String {
        self.instant().to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.instant().strftime("%Y-%m-%d %H:%M UTC"))
    }
}

/// The URL of a list with its filters; without a question mark if there are none.
pub(crate) fn with_query(path: &str, query: &impl serde::Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// A product to choose or to link to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProductChoice {
    pub(crate) slug: String,
    /// What people call it.
    pub(crate) name: String,
}

impl ProductChoice {
    pub(crate) fn of(account: &Account, product: &Product) -> Self {
        Self {
            slug: product.to_string(),
            name: account.product_name(product),
        }
    }

    /// All products that the account has bought.
    pub(crate) fn all(account: &Account) -> Vec<Self> {
        let products = account.subscription().products.keys();
        products.map(|product| Self::of(account, product)).collect()
    }
}

/// A number out of a total, for `m::meter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Meter {
    pub(crate) used: u32,
    pub(crate) of: u32,
}

impl Meter {
    /// The filled part in percent, at most 100.
    pub(crate) fn percent(self) -> u32 {
        if self.of == 0 {
            return if self.used == 0 { 0 } else { 100 };
        }
        let percent = u64::from(self.used) * 100 / u64::from(self.of);
        u32::try_from(percent.min(100)).unwrap_or(100)
    }

    /// The unused part.
    pub(crate) fn left(self) -> u32 {
        self.of.saturating_sub(self.used)
    }

    /// The CSS class for its color; the text beside it says the same.
    pub(crate) fn level(self) -> &'static str {
        match self.percent() {
            0..80 => "calm",
            80..100 => "high",
            _ => "full",
        }
    }
}
