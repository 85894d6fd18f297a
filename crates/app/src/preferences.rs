//! What people choose for themselves.

use usher_domain::{AccountId, UserId};
use usher_identity::{IdentityError, Preferences, Theme};

use crate::app::App;
use crate::languages::known_language;
use crate::zones::known_zone;

/// Preferences as a form sends them.
#[derive(Debug, Clone, Copy)]
pub struct ChosenPreferences<'a> {
    /// The name of a zone; empty for the account's.
    pub time_zone: &'a str,
    /// The tag of a language, or `browser`; empty for the account's.
    pub language: &'a str,
    /// Whether the agent console makes sounds.
    pub sound: bool,
    /// Whether the agent console shows notifications of the browser.
    pub notifications: bool,
    /// The word of a theme.
    pub theme: &'a str,
}

/// What is wrong with chosen preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidPreferences {
    /// There is no zone of this name.
    UnknownZone,
    /// Usher does not speak this language.
    UnknownLanguage,
    /// There is no theme of this name.
    UnknownTheme,
}

impl ChosenPreferences<'_> {
    /// The preferences, if the zone, the language and the theme exist.
    pub fn checked(self) -> Result<Preferences, InvalidPreferences> {
        let time_zone = match self.time_zone.trim() {
            "" => None,
            name => Some(known_zone(name).ok_or(InvalidPreferences::UnknownZone)?),
        };
        let language = match self.language.trim() {
            "" => None,
            name => Some(known_language(name).ok_or(InvalidPreferences::UnknownLanguage)?),
        };
        Ok(Preferences {
            time_zone,
            language,
            sound: self.sound,
            notifications: self.notifications,
            theme: Theme::of_word(self.theme).ok_or(InvalidPreferences::UnknownTheme)?,
        })
    }
}

impl App {
    /// The preferences of a user.
    #[must_use]
    pub fn preferences(&self, account: AccountId, user: UserId) -> Preferences {
        self.identity.preferences(account, user)
    }

    /// Stores a user's own preferences. They are nobody else's business, so the audit has no entry of them. Returns
    /// whether the user is still signed in.
    pub async fn set_preferences(
        &self,
        account: AccountId,
        user: UserId,
        preferences: Preferences,
    ) -> Result<bool, IdentityError> {
        self.identity.set_preferences(account, user, preferences).await
    }
}
