//! The languages that people read: their own choice, else their account's, else their browser's.

use usher_domain::text::LanguageChoice;
use usher_domain::{Account, AccountId, UserId};
use usher_l10n::Language;

use crate::app::App;

/// The language of a choice; `None` for the browser's, and for one that this version does not speak.
#[must_use]
pub fn language_of(choice: &LanguageChoice) -> Option<Language> {
    if choice.is_browser() {
        return None;
    }
    Language::of_tag(choice.as_str())
}

/// The choice of a name: the tag of a language that Usher speaks, or `browser`. `None` if there is no such choice.
#[must_use]
pub fn known_language(name: &str) -> Option<LanguageChoice> {
    let choice: LanguageChoice = name.trim().parse().ok()?;
    if choice.is_browser() {
        return Some(choice);
    }
    let mut all = Language::ALL.into_iter();
    all.any(|language| language.tag() == choice.as_str())
        .then_some(choice)
}

/// The language that an account has chosen.
#[must_use]
pub fn chosen_language(account: &Account) -> Option<Language> {
    language_of(&account.settings().language)
}

impl App {
    /// The language that an account has chosen; `None` if it has not, or cannot be read.
    pub async fn account_language(&self, account: AccountId) -> Option<Language> {
        let read = self.engine.read(account, |account, _| chosen_language(account));
        read.await.ok()?
    }

    /// The language that a user has chosen, else their account. `None` if the browser decides.
    pub async fn chosen_language(&self, account: AccountId, user: UserId) -> Option<Language> {
        match self.preferences(account, user).language {
            Some(choice) if choice.is_browser() => None,
            Some(choice) if language_of(&choice).is_some() => language_of(&choice),
            Some(_) | None => self.account_language(account).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_language_that_usher_speaks_or_the_browsers() {
        assert_eq!(known_language(" DE ").unwrap().as_str(), "de");
        assert!(known_language("browser").unwrap().is_browser());
        assert_eq!(known_language("pl"), None);
        assert_eq!(known_language("de-AT"), None);
        let later: LanguageChoice = "pt".parse().unwrap();
        assert_eq!(language_of(&later), None);
        assert_eq!(language_of(&"sv".parse().unwrap()), Some(Language::Swedish));
    }
}
