//! Passwords, second factors, known browsers and preferences.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp, UserId};

use super::{MemoryStore, Tables};
use crate::ports::{
    ChangeNote, Confirmation, KnownBrowsers, Owner, PasswordExchange, PasswordExchanged, Passwords,
    SecondFactors, StoreError, StoredPassword, StoredPreferences, StoredSecondFactor, TypedCode,
};
use crate::{
    CodeVerdict, KnownBrowser, OutboxEntry, OutboxRefused, PasswordHash, PasswordLife, Preferences,
    SecretDigest, Unrecorded, is_reset,
};

#[async_trait]
impl Passwords for MemoryStore {
    async fn password(&self, owner: Owner) -> Result<Option<StoredPassword>, StoreError> {
        Ok(self.tables()?.passwords.get(&owner).cloned())
    }

    async fn temporary_passwords(&self) -> Result<Vec<Owner>, StoreError> {
        let tables = self.tables()?;
        let temporary = tables
            .passwords
            .iter()
            .filter(|(_, password)| password.life == PasswordLife::Temporary);
        Ok(temporary.map(|(owner, _)| *owner).collect())
    }

    async fn put_password(&self, owner: Owner, password: StoredPassword) -> Result<(), StoreError> {
        self.tables()?.passwords.insert(owner, password);
        Ok(())
    }

    async fn change_password(
        &self,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Unrecorded, StoreError> {
        let mut tables = self.tables()?;
        tables.set_password(owner, password);
        if is_reset(note.origin.by, owner.1) {
            tables.note_reset(owner, note.at);
        }
        Ok(tables.put_note(note))
    }

    async fn renew_password_hash(
        &self,
        owner: Owner,
        checked: PasswordHash,
        renewed: PasswordHash,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let stored = tables.passwords.get_mut(&owner);
        let Some(stored) = stored.filter(|stored| stored.hash == checked) else {
            return Ok(false);
        };
        stored.hash = renewed;
        Ok(true)
    }

    async fn exchange_password(
        &self,
        exchange: PasswordExchange,
        max: usize,
    ) -> Result<PasswordExchanged, StoreError> {
        let mut tables = self.tables()?;
        let owner = exchange.token.owner;
        let stored = tables.passwords.get_mut(&owner);
        let Some(stored) = stored.filter(|stored| stored.hash == exchange.checked) else {
            return Ok(PasswordExchanged::Wrong);
        };
        if let Some(renewed) = exchange.renewed {
            stored.hash = renewed;
        }
        if stored.life == PasswordLife::Temporary {
            return Ok(PasswordExchanged::ChangeRequired);
        }
        if tables.has_second_factor(owner) {
            let Some(code) = exchange.code else {
                return Ok(PasswordExchanged::SecondFactorNeeded);
            };
            if !tables.use_code(owner, &code).is_right() {
                return Ok(PasswordExchanged::Wrong);
            }
        }
        let replaced = tables.put_user_token(exchange.token, max);
        Ok(PasswordExchanged::Issued { replaced })
    }

    async fn remove_password(&self, owner: Owner) -> Result<bool, StoreError> {
        Ok(self.tables()?.passwords.remove(&owner).is_some())
    }
}

impl Tables {
    /// Sets a password, and ends what the user was signed in with, and their links.
    pub(super) fn set_password(&mut self, owner: Owner, password: StoredPassword) {
        self.passwords.insert(owner, password);
        self.known_browsers.remove(&owner);
        self.end_presence_of_user(owner);
        self.end_links_of_user(owner);
    }
}

#[async_trait]
impl SecondFactors for MemoryStore {
    async fn second_factor(&self, owner: Owner) -> Result<Option<StoredSecondFactor>, StoreError> {
        Ok(self.tables()?.second_factors.get(&owner).cloned())
    }

    async fn users_with_second_factor(&self) -> Result<Vec<Owner>, StoreError> {
        let tables = self.tables()?;
        let confirmed = tables
            .second_factors
            .iter()
            .filter(|(_, factor)| factor.confirmed);
        Ok(confirmed.map(|(owner, _)| *owner).collect())
    }

    async fn put_unconfirmed_second_factor(&self, owner: Owner, secret: Vec<u8>) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        if tables.has_second_factor(owner) {
            return Ok(false);
        }
        let unconfirmed = StoredSecondFactor {
            secret,
            confirmed: false,
            last_step: 0,
        };
        tables.second_factors.insert(owner, unconfirmed);
        Ok(true)
    }

    async fn confirm_second_factor(
        &self,
        owner: Owner,
        confirmation: Confirmation,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        let mut tables = self.tables()?;
        let code = confirmation.code;
        let stored = tables.second_factors.get_mut(&owner);
        let Some(stored) = stored.filter(|stored| !stored.confirmed && stored.secret == code.secret) else {
            return Ok(None);
        };
        stored.confirmed = true;
        stored.last_step = code.step;
        let codes = confirmation.recovery_codes.into_iter().collect();
        tables.recovery_codes.insert(owner, codes);
        tables.end_presence_of_user(owner);
        Ok(Some(tables.put_note(note)))
    }

    async fn use_code(&self, owner: Owner, code: TypedCode) -> Result<CodeVerdict, StoreError> {
        Ok(self.tables()?.use_code(owner, &code))
    }

    async fn replace_recovery_codes(
        &self,
        owner: Owner,
        codes: Vec<SecretDigest>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        if !tables.has_second_factor(owner) {
            return Ok(false);
        }
        tables.recovery_codes.insert(owner, codes.into_iter().collect());
        Ok(true)
    }

    async fn recovery_codes_left(&self, owner: Owner) -> Result<usize, StoreError> {
        Ok(self.tables()?.recovery_codes_left(owner))
    }

    async fn remove_second_factor(
        &self,
        owner: Owner,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        let mut tables = self.tables()?;
        if !tables.has_second_factor(owner) {
            return Ok(None);
        }
        tables.second_factors.remove(&owner);
        tables.recovery_codes.remove(&owner);
        tables.end_presence_of_user(owner);
        tables.note_reset(owner, note.at);
        Ok(Some(tables.put_note(note)))
    }
}

impl Tables {
    fn has_second_factor(&self, owner: Owner) -> bool {
        self.second_factors
            .get(&owner)
            .is_some_and(|factor| factor.confirmed)
    }

    fn recovery_codes_left(&self, owner: Owner) -> usize {
        self.recovery_codes.get(&owner).map_or(0, HashSet::len)
    }

    fn use_code(&mut self, owner: Owner, code: &TypedCode) -> CodeVerdict {
        let stored = self.second_factors.get_mut(&owner);
        let Some(stored) = stored.filter(|stored| stored.confirmed) else {
            return CodeVerdict::Wrong;
        };
        if let Some(app) = code.app.as_ref().filter(|app| app.secret == stored.secret) {
            if app.step <= stored.last_step {
                return CodeVerdict::Wrong;
            }
            stored.last_step = app.step;
            return CodeVerdict::Right;
        }
        let codes = self.recovery_codes.get_mut(&owner);
        if codes.is_some_and(|codes| codes.remove(&code.recovery)) {
            let left = self.recovery_codes_left(owner);
            return CodeVerdict::Recovery { left };
        }
        CodeVerdict::Wrong
    }
}

#[async_trait]
impl KnownBrowsers for MemoryStore {
    async fn users_of_browser(
        &self,
        browser: KnownBrowser,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Owner>, StoreError> {
        let tables = self.tables()?;
        let used = tables.known_browsers.iter().filter_map(|(owner, browsers)| {
            let at = browsers.get(&browser.bits()).filter(|at| **at > since)?;
            Some((std::cmp::Reverse(*at), *owner))
        });
        let mut used: Vec<_> = used.collect();
        used.sort_unstable();
        Ok(used.into_iter().take(limit).map(|(_, owner)| owner).collect())
    }

    async fn put_known_browser(
        &self,
        owner: Owner,
        browser: KnownBrowser,
        notice: Option<OutboxEntry>,
        now: Timestamp,
        max: usize,
    ) -> Result<OutboxRefused, StoreError> {
        let mut tables = self.tables()?;
        tables.signed_in.insert(owner);
        let of_user = tables.known_browsers.entry(owner).or_default();
        let is_another = !of_user.is_empty() && !of_user.contains_key(&browser.bits());
        of_user.insert(browser.bits(), now);
        let mut latest: Vec<_> = of_user.iter().map(|(browser, at)| (*at, *browser)).collect();
        latest.sort_unstable_by(|one, other| other.cmp(one));
        for (_, browser) in latest.into_iter().skip(max) {
            of_user.remove(&browser);
        }
        let notice = notice.filter(|_| is_another);
        Ok(tables.put_in_outbox(notice.into_iter().collect()))
    }

    async fn users_signed_in_once(&self, account: AccountId) -> Result<BTreeSet<UserId>, StoreError> {
        let tables = self.tables()?;
        let of_account = tables.signed_in.iter().filter(|(of, _)| *of == account);
        Ok(of_account.map(|(_, user)| *user).collect())
    }

    async fn remove_unused_browsers(&self, since: Timestamp) -> Result<(), StoreError> {
        self.tables()?.known_browsers.retain(|_, browsers| {
            browsers.retain(|_, at| *at > since);
            !browsers.is_empty()
        });
        Ok(())
    }
}

#[async_trait]
impl StoredPreferences for MemoryStore {
    async fn preferences(&self) -> Result<Vec<(Owner, Preferences)>, StoreError> {
        let tables = self.tables()?;
        let stored = tables.preferences.iter();
        Ok(stored
            .map(|(owner, preferences)| (*owner, preferences.clone()))
            .collect())
    }

    async fn put_preferences(&self, owner: Owner, preferences: Preferences) -> Result<(), StoreError> {
        self.tables()?.preferences.insert(owner, preferences);
        Ok(())
    }
}
