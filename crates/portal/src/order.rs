//! The order of names, as the reader looks for them: by the collation of their language (CLDR), not by code point.
//! Numbers in names count as numbers, so that "Pool 2" comes before "Pool 10".

use std::cmp::Ordering;

use axum::http::{HeaderMap, header};
use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;
use usher_domain::Account;
use usher_domain::account::Team;
use usher_domain::pool::Pool;

use crate::reader;
use crate::shown::with_query;

/// The most bytes of a header that are looked at.
const HEADER_BYTES_MAX: usize = 200;

/// The heading of a column by which a list is sorted (`m::sorted`): `?sort=` has the column, after a `-` for the other
/// direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortLink {
    /// The list in this order; in the other direction if it is in this order already.
    pub(crate) href: String,
    /// The direction, if the list is in this order.
    pub(crate) direction: Option<&'static str>,
}

impl SortLink {
    /// The heading of `column`. `current` is what the address says, or the column that it means; `query` is what
    /// else the address has.
    pub(crate) fn of(path: &str, query: &[(&str, &str)], current: &str, column: &str) -> Self {
        let (by, is_down) = sorted_by(current);
        let direction = (by == column).then_some(if is_down { "descending" } else { "ascending" });
        let sort = if direction == Some("ascending") {
            format!("-{column}")
        } else {
            column.to_owned()
        };
        let said = query.iter().copied().filter(|(_, value)| !value.is_empty());
        let said: Vec<_> = said.chain([("sort", sort.as_str())]).collect();
        Self {
            href: with_query(path, &said),
            direction,
        }
    }
}

/// The column in a `?sort=`, and whether the order is the other way round.
pub(crate) fn sorted_by(sort: &str) -> (&str, bool) {
    match sort.strip_prefix('-') {
        Some(column) => (column, true),
        None => (sort, false),
    }
}

/// The order of names in one language.
pub(crate) struct NameOrder(Option<CollatorBorrowed<'static>>);

impl NameOrder {
    /// That of the page's reader.
    pub(crate) fn of_reader() -> Self {
        Self::of(&reader::current().locale)
    }

    /// That of a language; the order that suits most languages if it has none of its own.
    fn of(locale: &Locale) -> Self {
        let mut preferences = CollatorPreferences::from(locale);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        Self(Collator::try_new(preferences, CollatorOptions::default()).ok())
    }

    /// Which of two names comes first. Names that differ only for computers are equal.
    pub(crate) fn compare(&self, one: impl AsRef<str>, other: impl AsRef<str>) -> Ordering {
        let (one, other) = (one.as_ref(), other.as_ref());
        match &self.0 {
            Some(collator) => collator.compare(one, other),
            // The data of all languages is compiled in, so there always is a collator.
            None => one.cmp(other),
        }
    }
}

/// The pools in the order in which the reader looks for them: by product, the default pool first, then by name.
pub(crate) fn pools(account: &Account) -> Vec<&Pool> {
    let names = NameOrder::of_reader();
    let mut pools: Vec<_> = account.pools().values().collect();
    pools.sort_by(|one, other| {
        let place = |pool: &Pool| (pool.product.clone(), !pool.default);
        let by_name = || names.compare(one.name.as_str(), other.name.as_str());
        place(one).cmp(&place(other)).then_with(by_name)
    });
    pools
}

/// The teams in the order of their names.
pub(crate) fn teams(account: &Account) -> Vec<&Team> {
    let names = NameOrder::of_reader();
    let mut teams: Vec<_> = account.teams().values().collect();
    teams.sort_by(|one, other| names.compare(one.name.as_str(), other.name.as_str()));
    teams
}

/// The language that a browser prefers; undetermined if it names none.
pub(crate) fn preferred_locale(headers: &HeaderMap) -> Locale {
    let named = headers.get(header::ACCEPT_LANGUAGE);
    let named = named.and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Browsers list the languages by preference, so the first is the one, whatever weights follow.
    let mut tags = named.get(..HEADER_BYTES_MAX).unwrap_or(named).split(',');
    let found = tags.find_map(|tag| tag.split(';').next()?.trim().parse::<Locale>().ok());
    found.unwrap_or(Locale::UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_sorts_and_then_turns_the_order_round() {
        let link = |current| SortLink::of("/a/x/users", &[("q", "ann"), ("team", "")], current, "name");

        assert_eq!(link("role").href, "/a/x/users?q=ann&sort=name");
        assert_eq!(link("role").direction, None);
        assert_eq!(link("name").href, "/a/x/users?q=ann&sort=-name");
        assert_eq!(link("name").direction, Some("ascending"));
        assert_eq!(link("-name").href, "/a/x/users?q=ann&sort=name");
        assert_eq!(link("-name").direction, Some("descending"));
    }

    fn sorted(language: &str, names: &str) -> String {
        let order = NameOrder::of(&language.parse().unwrap());
        let mut names: Vec<_> = names.split(' ').collect();
        names.sort_by(|one, other| order.compare(one, other));
        names.join(" ")
    }

    #[test]
    fn names_are_in_the_order_of_the_readers_language() {
        for (language, order) in [
            ("und", "Ake Åke anna Čot Dan Öst Zoe"),
            ("en-GB", "Ake Åke anna Čot Dan Öst Zoe"),
            ("sv", "Ake anna Čot Dan Zoe Åke Öst"),
            ("sl", "Ake Åke anna Čot Dan Öst Zoe"),
            ("tlh-x-none", "Ake Åke anna Čot Dan Öst Zoe"),
        ] {
            let names = "Zoe Öst Dan anna Čot Åke Ake";
            assert_eq!(sorted(language, names), order, "{language}");
        }
        assert_eq!(sorted("sl", "Čot Cvet Cene Dan"), "Cene Cvet Čot Dan");
        assert_eq!(sorted("en", "Čot Cvet Cene Dan"), "Cene Čot Cvet Dan");
        assert_eq!(sorted("en", "Pool10 Pool2 pool1"), "pool1 Pool2 Pool10");
    }

    #[test]
    fn a_browsers_first_language_decides_and_nonsense_does_not() {
        let preferred = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            preferred_locale(&headers).to_string()
        };
        assert_eq!(preferred("sv-SE,sv;q=0.9,en;q=0.8"), "sv-SE");
        assert_eq!(preferred("*, de"), "de");
        assert_eq!(preferred(""), "und");
        assert_eq!(preferred(&"x".repeat(5_000)), "und");
        assert_eq!(preferred_locale(&HeaderMap::new()).to_string(), "und");
    }
}
