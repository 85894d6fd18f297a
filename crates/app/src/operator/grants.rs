//! Owners who are operators: who may be one, what a grant needs at each opening and at each request, and what ends it.

use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::{Account, AccountId, Millis, OperatorKeyId, Timestamp, UserId};
use usher_engine::Failure;
use usher_identity::{GRANT_PAUSE, GrantChange, KeysChangedBy, KeysOrigin, OperatorGrant};
use usher_journal::{AccountFilter, AuditFilter, AuditRow, PAGE_MAX, PageRequest, Span};

use crate::app::App;
use crate::caller::{Everything, Operator};
use crate::problem::Problem;

/// How many changes of an owner since the grant are looked at. With more, the grant ends.
const CHANGES_MAX: u16 = PAGE_MAX;

/// Why a grant opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantRefusal {
    /// The user has no grant, or it has just ended, because the user is no active owner or was none in the meantime.
    None,
    /// Another account was created since, and no operator key has confirmed the grant.
    SecondAccount,
    /// Somebody else set the password, or the second factor was removed; the grant works again at this time.
    Reset(Timestamp),
    /// The user has no second factor.
    NoSecondFactor,
    /// The password is temporary.
    TemporaryPassword,
}

impl App {
    /// Whether a user's grant is valid now: for each opening, where the proof of password and second factor comes on top,
    /// and for each request of a session that it has opened. A grant whose user is no active owner, or was none at some
    /// time since, ends here.
    pub async fn check_grant(
        &self,
        account: AccountId,
        user: UserId,
    ) -> Result<Result<(), GrantRefusal>, Problem> {
        let Some(grant) = self.identity.operator_grant(account, user) else {
            return Ok(Err(GrantRefusal::None));
        };
        if !self.is_active_owner(account, user).await? || self.was_no_owner_since(&grant).await? {
            self.end_grant(&grant).await?;
            return Ok(Err(GrantRefusal::None));
        }
        self.check_beside_the_role(&grant).await
    }

    /// What is independent of the owner's role.
    async fn check_beside_the_role(
        &self,
        grant: &OperatorGrant,
    ) -> Result<Result<(), GrantRefusal>, Problem> {
        let (account, user) = grant.owner();
        if grant.confirmed_at.is_none()
            && self.accounts_ever(grant.accounts.saturating_add(1)).await? > grant.accounts
        {
            return Ok(Err(GrantRefusal::SecondAccount));
        }
        if let Some(until) = grant.paused_until(self.engine.now()) {
            return Ok(Err(GrantRefusal::Reset(until)));
        }
        if self.identity.has_temporary_password(account, user) {
            return Ok(Err(GrantRefusal::TemporaryPassword));
        }
        if !self.identity.has_second_factor(account, user) {
            return Ok(Err(GrantRefusal::NoSecondFactor));
        }
        Ok(Ok(()))
    }

    /// Makes an owner operator in the name of the person who sets the server up, who has the link that its first start
    /// printed. `accounts` are those that there had been before this one: one that came up meanwhile voids the grant.
    pub async fn grant_at_set_up(
        &self,
        account: AccountId,
        user: UserId,
        accounts: u16,
        origin: KeysOrigin,
    ) -> Result<bool, Problem> {
        let accounts = accounts.saturating_add(1);
        self.make_grant(account, user, accounts, None, origin).await
    }

    /// Makes a grant for an active owner. Returns false if the user is none, or if there are too many grants.
    async fn make_grant(
        &self,
        account: AccountId,
        user: UserId,
        accounts: u16,
        confirmed_at: Option<Timestamp>,
        origin: KeysOrigin,
    ) -> Result<bool, Problem> {
        let now = self.engine.now();
        // By the account's time, to which the audit is compared later.
        let look = move |account: &Account, now: Timestamp| {
            let owner = active_owner(account, user)?;
            let name = format!("{}, {}", owner.profile.name.reveal(), account.name());
            Some((name, now))
        };
        let (name, granted_at) = match self.engine.read(account, look).await {
            Ok(Some(made)) => made,
            Ok(None) | Err(Failure::NoAccount) => return Ok(false),
            Err(failure) => return Err(failure.into()),
        };
        // Neither making it again nor making it after a reset shortens the pause.
        let known = self.identity.operator_grant(account, user);
        let reset_at = self
            .last_reset(account, user, granted_at)
            .await?
            .map(|age| now - age)
            .max(known.and_then(|grant| grant.reset_at));
        let grant = OperatorGrant {
            account,
            user,
            name: Personal::new(name.into()),
            granted_at,
            accounts,
            confirmed_at,
            reset_at,
        };
        Ok(self.identity.make_operator_grant(grant, origin, now).await?)
    }

    /// How long ago, at `now` of the account's time, somebody else last set the user's password, or the second factor was
    /// last removed, by the audit of the time for which that pauses a grant.
    async fn last_reset(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<Millis>, Problem> {
        self.record_left_over().await?;
        let changes = async |action: &str| {
            let filter = AuditFilter {
                span: Span {
                    from: Some(now - GRANT_PAUSE),
                    ..Span::default()
                },
                action: Some(action.to_owned()),
                target: Some(user.to_string()),
                ..AuditFilter::default()
            };
            let page = PageRequest::new(CHANGES_MAX, None);
            self.records.list_audit(account, filter, page).await
        };
        // The password with which a user is created is no reset.
        let created = changes("user.created").await?;
        let created = created.items.first().map(|row| row.seq);
        let mut last: Option<Timestamp> = None;
        for action in ["user.password_set", "user.second_factor_removed"] {
            let found = changes(action).await?;
            let later = found.items.iter().filter(|row| Some(row.seq) != created);
            let resets = later.filter(|row| is_reset(row, user));
            last = last.max(resets.map(|row| row.at).max());
            if found.next.is_some() {
                // More than anybody changes in a day: what is not looked at counts as a reset.
                last = Some(now);
            }
        }
        Ok(last.map(|at| Millis::between(at, now)))
    }

    /// Ends the grants of an account, or of one user of it, that are over with it.
    pub async fn end_grants_of(&self, account: AccountId, user: Option<UserId>) -> Result<(), Problem> {
        for grant in self.identity.operator_grants() {
            if grant.account == account && user.is_none_or(|user| user == grant.user) {
                self.end_grant(&grant).await?;
            }
        }
        Ok(())
    }

    async fn end_grant(&self, grant: &OperatorGrant) -> Result<(), Problem> {
        let (why, origin) = (GrantChange::Ended, KeysOrigin::of(KeysChangedBy::Usher));
        let (account, user) = grant.owner();
        self.identity
            .revoke_operator_grant(account, user, why, origin, self.engine.now())
            .await?;
        Ok(())
    }

    async fn is_active_owner(&self, account: AccountId, user: UserId) -> Result<bool, Problem> {
        let look = move |account: &Account, _| active_owner(account, user).is_some();
        match self.engine.read(account, look).await {
            Ok(is_owner) => Ok(is_owner),
            Err(Failure::NoAccount) => Ok(false),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Whether the user was deactivated or had another role at some time since the grant was made, by the audit:
    /// making somebody an owner again does not make them operator again.
    async fn was_no_owner_since(&self, grant: &OperatorGrant) -> Result<bool, Problem> {
        for action in ["user.deactivated", "user.role_given", "user.changed"] {
            let filter = AuditFilter {
                span: Span {
                    from: Some(grant.granted_at),
                    ..Span::default()
                },
                action: Some(action.to_owned()),
                target: Some(grant.user.to_string()),
                ..AuditFilter::default()
            };
            let page = PageRequest::new(CHANGES_MAX, None);
            let found = self.records.list_audit(grant.account, filter, page).await?;
            // A change of the profile is harmless if its user is an owner after it.
            let is_harmless = |detail: &str| {
                let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
                let role = serde_json::from_value(detail["profile"]["role"].clone());
                action == "user.changed" && role.is_ok_and(|role: Role| role == Role::Owner)
            };
            let mut details = found.items.iter().map(|row| row.detail.as_ref());
            let was_changed =
                details.any(|detail| !detail.is_some_and(|detail| is_harmless(detail.reveal())));
            if was_changed || found.next.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many accounts there have been, closed ones too; counted up to a bound that no server of one company reaches.
    pub async fn count_accounts(&self) -> Result<u16, Problem> {
        self.accounts_ever(PAGE_MAX).await
    }

    /// How many accounts there have been, closed ones too, counted up to `max`.
    async fn accounts_ever(&self, max: u16) -> Result<u16, Problem> {
        let filter = AccountFilter {
            with_deleted: true,
            ..AccountFilter::default()
        };
        let found = self
            .records
            .list_accounts(filter, PageRequest::new(max, None))
            .await?;
        Ok(u16::try_from(found.items.len()).unwrap_or(u16::MAX))
    }
}

impl Operator<Everything> {
    /// Makes an owner operator, confirmed for a server with several accounts. Returns false if the user is no active owner,
    /// or if there are too many grants.
    pub async fn make_grant(&self, account: AccountId, user: UserId) -> Result<bool, Problem> {
        let confirmed_at = Some(self.app.engine().now());
        let accounts = self.app.count_accounts().await?;
        self.app
            .make_grant(account, user, accounts, confirmed_at, self.keys_origin())
            .await
    }
}

/// Whether a change of a user's credentials, as the audit has it, was made by somebody else or with a link, which proves
/// less than a password, or leaves the user without a second factor. An operator key can act as the user.
fn is_reset(row: &AuditRow, user: UserId) -> bool {
    let by_key = |credential: &str| credential.starts_with(OperatorKeyId::PREFIX);
    let is_own = *row.actor == *user.to_string()
        && !row
            .read_cause()
            .credential
            .is_some_and(|credential| by_key(&credential));
    let detail = row.detail.as_ref().map_or("", |detail| detail.reveal());
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    &*row.action != "user.password_set" || !is_own || !detail["link"].is_null()
}

fn active_owner(account: &Account, user: UserId) -> Option<&usher_domain::user::User> {
    let user = account.user(user)?;
    (user.active && user.profile.role == Role::Owner).then_some(user)
}
