//! The table of the branding: one row at most.

use std::str::FromStr;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::text::Name;
use usher_identity::ports::{StoreError, StoredBranding};
use usher_identity::{BrandLink, BrandLook, BrandText, Branding, Logo, LogoChange};

use crate::store::{Failure, SqliteStore};

#[async_trait]
impl StoredBranding for SqliteStore {
    async fn branding(&self) -> Result<Branding, StoreError> {
        self.read(stored).await
    }

    async fn put_branding(&self, look: BrandLook, logo: LogoChange) -> Result<Branding, StoreError> {
        self.change(move |tables| {
            let branding = stored(tables)?.changed(look, logo);
            let look = &branding.look;
            tables.execute(
                "INSERT OR REPLACE INTO identity_branding
                 (one, name, color, welcome, goodbye, help, privacy, logo)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    look.name.as_ref().map(Name::as_str),
                    look.color.as_ref().map(ToString::to_string),
                    look.welcome.as_ref().map(BrandText::as_str),
                    look.goodbye.as_ref().map(BrandText::as_str),
                    look.help.as_ref().map(BrandLink::as_str),
                    look.privacy.as_ref().map(BrandLink::as_str),
                    branding.logo.as_ref().map(|logo| &**logo.bytes()),
                ],
            )?;
            Ok(branding)
        })
        .await
    }
}

fn stored(tables: &Connection) -> Result<Branding, Failure> {
    let select = "SELECT name, color, welcome, goodbye, help, privacy, logo FROM identity_branding";
    let found = tables.query_row(select, [], branding).optional()?;
    Ok(found.unwrap_or_default())
}

/// The branding in a row. What this version does not know, after a downgrade, is as if it were not chosen.
fn branding(row: &Row<'_>) -> rusqlite::Result<Branding> {
    fn chosen<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
        let text: Option<String> = row.get(column)?;
        Ok(text.and_then(|text| text.parse().ok()))
    }
    let logo: Option<Vec<u8>> = row.get(6)?;
    Ok(Branding {
        look: BrandLook {
            name: chosen(row, 0)?,
            color: chosen(row, 1)?,
            welcome: chosen(row, 2)?,
            goodbye: chosen(row, 3)?,
            help: chosen(row, 4)?,
            privacy: chosen(row, 5)?,
        },
        logo: logo.and_then(|file| Logo::read(&file).ok()),
    })
}
