//! Browsers in which a user has signed in before: wrong passwords typed there are counted apart, so that nobody who
//! merely knows the user's address can use up their attempts.
//!
//! A browser keeps a random id, signed with the server's key, for [`KNOWN_BROWSER_LIFE`]. The id opens nothing.

use rusqlite::{Connection, params};
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::owned::owner;
use crate::random::fill;
use crate::{Identity, IdentityError, Secret};

/// The table of them.
pub(crate) const TABLE: &str = "identity_known_browsers";

/// The most browsers of one user; a further one replaces the one that was used longest ago.
pub const KNOWN_BROWSERS_PER_USER_MAX: u32 = 10;

/// How long a browser stays known after the last sign-in there.
pub const KNOWN_BROWSER_LIFE: Secs = Secs::new(365 * 86_400);

/// The most users that are looked up for one browser.
const USERS_PER_BROWSER_MAX: u32 = 20;

/// A browser, by an id that the server drew and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBrowser(pub(crate) u128);

impl KnownBrowser {
    /// The id, for counting.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl Identity {
    /// The browser that keeps `signed`; none where this server did not sign it. Answers from memory.
    #[must_use]
    pub fn known_browser(&self, signed: &str) -> Option<KnownBrowser> {
        self.memory.keyring().browser(signed).map(KnownBrowser)
    }

    /// Who has signed in with a browser, those who did last first. A password that was changed since makes it unknown.
    pub async fn users_of_browser(
        &self,
        browser: KnownBrowser,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, UserId)>, IdentityError> {
        let since = (now - KNOWN_BROWSER_LIFE).millis();
        self.store
            .read(move |tables| {
                let mut select = tables.prepare_cached(
                    "SELECT account, user FROM identity_known_browsers
                     WHERE browser = ?1 AND used_at > ?2 ORDER BY used_at DESC LIMIT ?3",
                )?;
                let of = params![browser.0.to_be_bytes(), since, USERS_PER_BROWSER_MAX];
                let rows = select.query_map(of, owner)?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Notes that a user signed in with a browser: the one that is known, or one that is drawn now. Gives what the
    /// browser is to keep.
    pub async fn remember_browser(
        &self,
        browser: Option<KnownBrowser>,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let id = if let Some(browser) = browser {
            browser.0
        } else {
            let mut bytes = [0; 16];
            fill(&mut bytes)?;
            u128::from_be_bytes(bytes)
        };
        self.store
            .change(move |tables| put(tables, id, account, user, now), |()| ())
            .await?;
        Ok(self.memory.keyring().signed_browser(id))
    }

    /// Deletes browsers that nobody has signed in with for too long.
    pub(crate) async fn purge_known_browsers(&self, now: Timestamp) -> Result<(), IdentityError> {
        let since = (now - KNOWN_BROWSER_LIFE).millis();
        let delete = "DELETE FROM identity_known_browsers WHERE used_at <= ?1";
        self.store
            .change(move |tables| Ok(tables.execute(delete, [since])?), |_| ())
            .await
    }
}

fn put(
    tables: &Connection,
    browser: u128,
    account: AccountId,
    user: UserId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let (account, user) = (account.bits().to_be_bytes(), user.bits().to_be_bytes());
    tables.execute(
        "INSERT OR REPLACE INTO identity_known_browsers (account, user, browser, used_at) VALUES (?1, ?2, ?3, ?4)",
        params![account, user, browser.to_be_bytes(), now.millis()],
    )?;
    tables.execute(
        "DELETE FROM identity_known_browsers WHERE account = ?1 AND user = ?2 AND browser IN (
             SELECT browser FROM identity_known_browsers WHERE account = ?1 AND user = ?2
             ORDER BY used_at DESC LIMIT -1 OFFSET ?3
         )",
        params![account, user, KNOWN_BROWSERS_PER_USER_MAX],
    )?;
    Ok(())
}
