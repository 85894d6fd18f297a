//! Browsers in which a user has signed in before. Wrong passwords entered there are counted separately, so that an
//! attacker who only knows the user's address cannot use up their attempts.
//!
//! A browser keeps a random id, signed with the server's key, for [`KNOWN_BROWSER_LIFE`]. The id alone gives no access.

use std::collections::BTreeSet;

use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::random::fill;
use crate::{Identity, IdentityError, OutboxEntry, Secret};

/// The most browsers per user; another one replaces the least recently used.
pub const KNOWN_BROWSERS_PER_USER_MAX: usize = 10;

/// How long a browser stays known after the last sign-in there.
pub const KNOWN_BROWSER_LIFE: Secs = Secs::new(365 * 86_400);

/// The most users looked up for one browser.
const USERS_PER_BROWSER_MAX: usize = 20;

/// A browser, identified by an id that the server drew and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBrowser(u128);

impl KnownBrowser {
    /// The browser with this id, without any check.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The id, as a key for counting.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl Identity {
    /// The browser with the signed id `signed`; `None` if this server did not sign it. Answers from memory.
    #[must_use]
    pub fn known_browser(&self, signed: &str) -> Option<KnownBrowser> {
        self.cache.keyring().browser(signed).map(KnownBrowser)
    }

    /// The users who have signed in with a browser, latest first. A password change makes the browser unknown.
    pub async fn users_of_browser(
        &self,
        browser: KnownBrowser,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, UserId)>, IdentityError> {
        let since = now - KNOWN_BROWSER_LIFE;
        let users = self.store.users_of_browser(browser, since, USERS_PER_BROWSER_MAX);
        Ok(users.await?)
    }

    /// The users of an account who have ever signed in: somebody who knows Usher reads the mails to them.
    pub async fn users_signed_in_once(&self, account: AccountId) -> Result<BTreeSet<UserId>, IdentityError> {
        Ok(self.store.users_signed_in_once(account).await?)
    }

    /// Records that a user signed in with a browser: the known one, or a new one drawn now. Returns the signed id that
    /// the browser has to keep. `notice` is stored in the outbox if the user has others and not this one.
    pub async fn remember_browser(
        &self,
        browser: Option<KnownBrowser>,
        account: AccountId,
        user: UserId,
        notice: Option<OutboxEntry>,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let id = if let Some(browser) = browser {
            browser.0
        } else {
            let mut bytes = [0; 16];
            fill(&mut bytes)?;
            u128::from_be_bytes(bytes)
        };
        let browser = KnownBrowser(id);
        let has_notice = notice.is_some();
        let refused = self
            .store
            .put_known_browser((account, user), browser, notice, now, KNOWN_BROWSERS_PER_USER_MAX)
            .await?;
        self.note_refused(&refused);
        if has_notice {
            self.outbox_written();
        }
        Ok(self.cache.keyring().signed_browser(id))
    }
}
