//! How a person wants pages to look and sound. Not credentials, but stored with them: they are a person's own, and no
//! event of the account.

use std::sync::Arc;

use usher_domain::text::{LanguageChoice, ZoneName};
use usher_domain::{AccountId, UserId};

use crate::{Identity, IdentityError};

/// The colors of pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Those of the browser.
    #[default]
    Auto,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word that is stored and that forms send.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; `None` if there is no such theme.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// What a person has chosen for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// The zone in which they read times; `None` for the account's.
    pub time_zone: Option<ZoneName>,
    /// The language that they read; `None` for the account's.
    pub language: Option<LanguageChoice>,
    /// Whether the agent console makes a sound when something needs them.
    pub sound: bool,
    /// Whether the agent console shows notifications of the browser, where the browser permits it.
    pub notifications: bool,
    /// The colors of pages.
    pub theme: Theme,
}

/// Those of a person who has chosen nothing.
impl Default for Preferences {
    fn default() -> Self {
        Self {
            time_zone: None,
            language: None,
            sound: true,
            notifications: true,
            theme: Theme::Auto,
        }
    }
}

impl Identity {
    /// The preferences of a user. Answers from memory.
    #[must_use]
    pub fn preferences(&self, account: AccountId, user: UserId) -> Preferences {
        let known = self.cache.preferences();
        known.get(&(account, user)).cloned().unwrap_or_default()
    }

    /// Stores the preferences of a user in place of the previous ones. Returns whether it did: not for a user who is not
    /// signed in to the portal any more, and who may have been deleted since they sent the form.
    ///
    /// # Errors
    /// [`IdentityError::Busy`] if [`OWN_CHANGES_MAX`](crate::OWN_CHANGES_MAX) changes of this user wait already: they cost nothing to send, and
    /// everybody's signing in waits behind them.
    pub async fn set_preferences(
        &self,
        account: AccountId,
        user: UserId,
        preferences: Preferences,
    ) -> Result<bool, IdentityError> {
        let owner = (account, user);
        if self.preferences(account, user) == preferences {
            return Ok(true);
        }
        let _place = self.own_changes.enter(owner)?;
        let (known, stored) = (Arc::clone(&self.cache), preferences.clone());
        self.change(
            move |store| async move {
                // In this turn, because `forget_user` takes the sessions and the preferences in one.
                let is_signed_in = !known.portal_sessions().of_user(owner).is_empty();
                if is_signed_in {
                    store.put_preferences(owner, stored).await?;
                }
                Ok(is_signed_in)
            },
            move |cache, is_signed_in| {
                if is_signed_in {
                    cache.preferences_mut().insert(owner, preferences);
                }
                is_signed_in
            },
        )
        .await
    }
}
