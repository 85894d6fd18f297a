//! The table of preferences.

use async_trait::async_trait;
use rusqlite::{Row, params};
use usher_domain::text::{LanguageChoice, ZoneName};
use usher_identity::ports::{Owner, StoreError, StoredPreferences};
use usher_identity::{Preferences, Theme};

use crate::columns::{key_of, owner};
use crate::store::SqliteStore;

pub(crate) const TABLE: &str = "identity_preferences";

#[async_trait]
impl StoredPreferences for SqliteStore {
    async fn preferences(&self) -> Result<Vec<(Owner, Preferences)>, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare(
                "SELECT account, user, time_zone, sound, notifications, theme, language FROM identity_preferences",
            )?;
            let rows = select.query_map([], |row| Ok((owner(row, 0)?, preferences(row)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_preferences(&self, owner: Owner, preferences: Preferences) -> Result<(), StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            tables.execute(
                "INSERT OR REPLACE INTO identity_preferences
                 (account, user, time_zone, sound, notifications, theme, language)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    account,
                    user,
                    preferences.time_zone.as_ref().map(ZoneName::as_str),
                    preferences.sound,
                    preferences.notifications,
                    preferences.theme.word(),
                    preferences.language.as_ref().map(LanguageChoice::as_str)
                ],
            )?;
            Ok(())
        })
        .await
    }
}

/// The preferences in a row. What this version does not know, after a downgrade, is as if it were not chosen.
fn preferences(row: &Row<'_>) -> rusqlite::Result<Preferences> {
    let zone: Option<String> = row.get(2)?;
    let theme: String = row.get(5)?;
    let language: Option<String> = row.get(6)?;
    Ok(Preferences {
        time_zone: zone.and_then(|zone| zone.parse().ok()),
        language: language.and_then(|language| language.parse().ok()),
        sound: row.get(3)?,
        notifications: row.get(4)?,
        theme: Theme::of_word(&theme).unwrap_or_default(),
    })
}
