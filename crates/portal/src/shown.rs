//! Values for templates.

use std::fmt;

use jiff::civil::Date;
use usher_app::zone_of;
use usher_domain::color::ProductColor;
use usher_domain::pool::Pool;
use usher_domain::text::Product;
use usher_domain::{Account, WallTime};
use usher_l10n::{Clock, Value, phrase, time_of_day, with_time};

use crate::pages::days;
use crate::reader;
use crate::text::Label;

/// A time for a `<time>` element (`m::time`): RFC 3339 for machines, and for people in the zone of the page's reader. If
/// that is not known, the script shows it in the zone of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Moment(pub(crate) WallTime);

/// The instant of a time.
pub(crate) fn instant(at: WallTime) -> jiff::Timestamp {
    // Usher has no time outside of the years that can be formatted.
    jiff::Timestamp::from_millisecond(at.get().millis()).unwrap_or(jiff::Timestamp::MAX)
}

impl Moment {
    /// The `datetime` attribute.
    pub(crate) fn machine(self) -> String {
        instant(self.0).to_string()
    }

    /// The time without its element, for sentences that have it as a value.
    pub(crate) fn word(self) -> Value {
        Value::Word(self.to_string())
    }

    /// Whether the script shows it, in the zone of the browser.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn is_left_to_script(self) -> bool {
        !reader::current().has_zone()
    }

    /// The complete time with its zone, shown on hover.
    pub(crate) fn exact(self) -> String {
        let reader = reader::current();
        let at = instant(self.0).to_zoned_datetime(reader.zone().clone());
        usher_l10n::exact(reader.language(), &at, Clock::Seconds)
    }

    /// The `<time>` element, for sentences that have it as a value. Templates have `m::time`.
    pub(crate) fn html(self) -> String {
        let machine = self.machine();
        if self.is_left_to_script() {
            return format!("<time datetime=\"{machine}\" data-local>{self}</time>");
        }
        format!(
            "<time datetime=\"{machine}\" title=\"{}\">{self}</time>",
            self.exact()
        )
    }
}

/// The time of day; with the day if it is not the current one, and with the year if that is another one.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = reader::current();
        let at = instant(self.0).to_zoned_datetime(reader.zone().clone());
        let (day, today) = (at.date(), reader.today());
        if !reader.has_zone() {
            return write!(f, "{}", at.strftime("%Y-%m-%d %H:%M UTC"));
        }
        if day == today {
            return f.write_str(&time_of_day(at.time()));
        }
        let with_year = day.year() != today.year();
        f.write_str(&with_time(reader.language(), &at, with_year))
    }
}

/// When something ends, for `m::until`: its last day, if it ends with a day of the account's, else the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Until {
    pub(crate) at: Moment,
    last_day: Option<Date>,
}

impl Until {
    /// The end at `at` of something of this account.
    pub(crate) fn of(account: &Account, at: WallTime) -> Self {
        Self {
            at: Moment(at),
            last_day: days::last_day_before(at, &zone_of(account)),
        }
    }

    /// Whether the script shows it, in the zone of the browser.
    pub(crate) fn is_left_to_script(self) -> bool {
        self.last_day.is_none() && self.at.is_left_to_script()
    }

    /// The `<time>` element, for sentences that have it as a value. Templates have `m::until`.
    pub(crate) fn html(self) -> String {
        if self.is_left_to_script() {
            return self.at.html();
        }
        format!(
            "<time datetime=\"{}\" title=\"{}\">{self}</time>",
            self.at.machine(),
            self.at.exact()
        )
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last_day {
            Some(last) => {
                let language = reader::language();
                let last = Value::Word(usher_l10n::day(language, last, true));
                f.write_str(&phrase!("dates-end-of-day", day = last).plain(language))
            }
            None => self.at.fmt(f),
        }
    }
}

/// A whole number with its thousands separated, as the reader writes numbers: `10,000`.
pub(crate) fn number(count: impl fmt::Display) -> String {
    reader::language().number(count)
}

/// `1 seat`, `10,000 seats`: a count with its noun.
pub(crate) fn counted(count: impl fmt::Display, one: &str, many: &str) -> String {
    usher_domain::text::counted(number(count), one, many)
}

/// The first letters of the first and the last word of a name, shown on a seat and in the header.
pub(crate) fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(letter);
    let (first, last) = (letters.next(), letters.next_back());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// The URL of a list with its filters; without a question mark if there are none.
pub(crate) fn with_query(path: &str, query: &impl serde::Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// What people call a product, and the color beside that name, for `m::product`. It is displayed as the name alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct ProductLabel {
    pub(crate) name: String,
    pub(crate) color: Option<ProductColor>,
}

impl ProductLabel {
    pub(crate) fn of(account: &Account, product: &Product) -> Self {
        Self {
            name: account.product_name(product),
            color: account.product_color(product),
        }
    }

    /// A name without a color.
    pub(crate) fn plain(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            color: None,
        }
    }
}

impl fmt::Display for ProductLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

/// A product to choose or to link to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProductChoice {
    pub(crate) slug: String,
    /// What people call it.
    pub(crate) name: String,
    pub(crate) color: Option<ProductColor>,
}

impl ProductChoice {
    pub(crate) fn of(account: &Account, product: &Product) -> Self {
        Self {
            slug: product.to_string(),
            name: account.product_name(product),
            color: account.product_color(product),
        }
    }

    /// All products that the account has bought.
    pub(crate) fn all(account: &Account) -> Vec<Self> {
        let products = account.subscription().products.keys();
        products.map(|product| Self::of(account, product)).collect()
    }
}

/// A pool's name, with its product where the account has several: `Night shift`, `Night shift (Chat)`. Every product
/// may have a pool of the same name.
pub(crate) fn pool_name(account: &Account, pool: &Pool) -> String {
    match product_beside(account, &pool.product) {
        Some(product) => format!("{} ({product})", pool.name),
        None => pool.name.to_string(),
    }
}

/// How full a pool is: a label and its CSS class.
pub(crate) fn pool_state(pool: &Pool) -> (Label, &'static str) {
    if pool.is_draining() {
        (text!("common-pool-draining"), "warn")
    } else if pool.seats == 0 {
        (text!("common-pool-no-seats"), "quiet")
    } else if pool.free_seats() == 0 {
        (text!("common-pool-full"), "bad")
    } else {
        (text!("common-pool-free"), "good")
    }
}

/// The name of a product, to be shown beside something of it; `None` where the account has no other product.
pub(crate) fn product_beside(account: &Account, product: &Product) -> Option<String> {
    let bought = &account.subscription().products;
    let others = bought.keys().filter(|other| *other != product);
    others.map(|_| account.product_name(product)).next()
}

/// A number out of a total, for `m::meter`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        for (name, letters) in [
            ("Sven Lindqvist", "SL"),
            ("ana maría de la cruz", "AC"),
            ("Amara", "A"),
            ("(Ops) 2", "O2"),
            ("山田 太郎", "山太"),
            ("…", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
