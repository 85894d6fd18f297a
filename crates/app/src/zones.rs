//! Time zones, by the IANA database that is compiled into the program: the machine needs none.

use std::sync::LazyLock;

use jiff::tz::{self, TimeZone};
use usher_domain::text::ZoneName;
use usher_domain::{Account, AccountId};

use crate::app::App;

/// The areas whose zones people choose from. The other names of the database are older names of the same zones.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Zones in one area of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonesOfArea {
    /// The area, such as `Europe`.
    pub area: &'static str,
    /// The names of its zones, such as `Europe/Ljubljana`, in alphabetical order.
    pub zones: Vec<String>,
}

/// The zone of a name, in any case; `None` if the database has no such zone.
#[must_use]
pub fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The name of a zone as the database writes it. `None` if it has no such zone.
#[must_use]
pub fn known_zone(name: &str) -> Option<ZoneName> {
    zone_named(name)?.iana_name()?.parse().ok()
}

/// The account's time zone; UTC if the database does not have it any more.
#[must_use]
pub fn zone_of(account: &Account) -> TimeZone {
    zone_named(account.settings().time_zone.as_str()).unwrap_or(TimeZone::UTC)
}

impl App {
    /// The account's time zone; UTC if the account cannot be read.
    pub async fn time_zone(&self, account: AccountId) -> TimeZone {
        let read = self.engine.read(account, |account, _| zone_of(account));
        read.await.unwrap_or(TimeZone::UTC)
    }
}

/// The zones to choose from, by area.
#[must_use]
pub fn zones_by_area() -> &'static [ZonesOfArea] {
    static ZONES: LazyLock<Vec<ZonesOfArea>> = LazyLock::new(|| {
        let mut names: Vec<_> = tz::db().available().map(|name| name.to_string()).collect();
        names.sort_unstable();
        let of_area = |area: &'static str| {
            let zones = names.iter().filter(|name| {
                let rest = name.strip_prefix(area);
                rest.is_some_and(|rest| rest.starts_with('/'))
            });
            ZonesOfArea {
                area,
                zones: zones.cloned().collect(),
            }
        };
        AREAS.into_iter().map(of_area).collect()
    });
    &ZONES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_name_in_the_programs_own_database() {
        assert!(!tz::db().is_definitively_empty());
        assert_eq!(
            known_zone("europe/ljubljana").unwrap().as_str(),
            "Europe/Ljubljana"
        );
        assert_eq!(known_zone("UTC").unwrap().as_str(), "UTC");
        assert_eq!(known_zone("Europe/Atlantis"), None);
        let areas = zones_by_area();
        assert_eq!(areas.len(), AREAS.len());
        for area in areas {
            assert!(!area.zones.is_empty(), "{}", area.area);
        }
        let europe = areas.iter().find(|area| area.area == "Europe").unwrap();
        assert!(europe.zones.iter().any(|zone| zone == "Europe/Berlin"));
    }
}
