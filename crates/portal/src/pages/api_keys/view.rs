//! The data of the API key pages.

use askama::Template;
use serde::Deserialize;
use usher_domain::account::{ApiKey, KeyMaker};
use usher_domain::permission::{Privilege, Scope};
use usher_domain::{Account, Actor, ApiKeyId, Refusal, Secs, Timestamp, WallTime, WallTimes};
use usher_identity::ApiKeyUse;

use crate::answer::Frame;
use crate::form::Form;
use crate::linked::Linked;
use crate::shown::Moment;

/// A key is marked when it expires in less than this time.
const SOON: Secs = Secs::new(14 * 86_400);

/// Keys per page.
const ROWS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "api_keys/keys.html")]
pub(super) struct KeysPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) seen: KeysData,
    pub(super) form: Form,
    pub(super) new_id: ApiKeyId,
}

/// The secret key, shown only this once.
#[derive(Template)]
#[template(path = "api_keys/created.html")]
pub(super) struct CreatedPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) name: String,
    pub(super) key: String,
}

#[derive(Template)]
#[template(path = "api_keys/revoke.html")]
pub(super) struct RevokePage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) id: ApiKeyId,
    pub(super) name: String,
    pub(super) last_used_at: Option<Moment>,
}

/// The choices for how long the previous secret stays valid, in seconds and in words.
pub(crate) const OVERLAPS: [(&str, &str); 4] = [
    ("0", "Not at all"),
    ("3600", "An hour"),
    ("86400", "A day"),
    ("604800", "A week"),
];

#[derive(Template)]
#[template(path = "api_keys/rotate.html")]
pub(super) struct RotatePage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) id: ApiKeyId,
    pub(super) name: String,
}

/// The page of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeysQuery {
    after: String,
    /// The key with which the list begins, for links to it.
    key: String,
}

/// The data that is copied out of the account.
pub(super) struct KeysData {
    pub(super) keys: Vec<Key>,
    scopes: Vec<ScopeShown>,
    is_first: bool,
    next: Option<ApiKeyId>,
}

/// A key in the list.
pub(super) struct Key {
    pub(super) id: ApiKeyId,
    name: String,
    scopes: Vec<&'static str>,
    created_at: Moment,
    maker: Maker,
    /// Whether the maker has lost a right that the key was made with.
    has_lost: bool,
    expires_at: Option<Moment>,
    is_expired: bool,
    expires_soon: bool,
    last_used_at: Option<Moment>,
    last_used_from: Option<String>,
    former_until: Option<Moment>,
}

/// The maker: who created the key, or rotated it last.
enum Maker {
    Unknown,
    Operator,
    Gone,
    User(Linked),
}

/// A scope that a key can have.
struct ScopeShown {
    word: &'static str,
    sentence: &'static str,
    /// Whether the viewer may give it.
    may_give: bool,
}

impl KeysData {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        query: &KeysQuery,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        account.need_in_account(actor, Privilege::SettingsManage)?;
        let after = query.after.parse::<ApiKeyId>().ok();
        let rest = account.api_keys().values();
        let from = query.key.parse::<ApiKeyId>().ok();
        let mut rest = rest
            .filter(|key| after.is_none_or(|after| key.id > after) && from.is_none_or(|from| key.id >= from));
        let keys: Vec<_> = rest
            .by_ref()
            .take(ROWS_MAX)
            .map(|key| Key::of(account, actor, key, now))
            .collect();
        let has_more = rest.next().is_some();
        Ok(Self {
            next: keys.last().filter(|_| has_more).map(|key| key.id),
            keys,
            is_first: after.is_none() && from.is_none(),
            scopes: Scope::ALL
                .map(|scope| ScopeShown::of(account, actor, scope))
                .into(),
        })
    }
}

impl Key {
    fn of(account: &Account, actor: &Actor, key: &ApiKey, now: Timestamp) -> Self {
        let name_of = |user| {
            let user = account.user(user)?;
            Some(Linked::user(account, actor, user))
        };
        Self {
            id: key.id,
            name: key.name.to_string(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: Moment(account.shown(key.created_at)),
            maker: match key.maker {
                None => Maker::Unknown,
                Some(KeyMaker::Operator) => Maker::Operator,
                Some(KeyMaker::User(user)) => name_of(user).map_or(Maker::Gone, Maker::User),
            },
            has_lost: account.effective_scopes(key) != key.scopes,
            expires_at: key.expires_at.map(|at| Moment(WallTime::new(at))),
            is_expired: key.expires_at.is_some_and(|end| end <= now),
            expires_soon: key.expires_at.is_some_and(|end| now < end && end <= now + SOON),
            last_used_at: None,
            last_used_from: None,
            former_until: None,
        }
    }

    /// Adds when the key was last used, which only the credentials know.
    pub(super) fn used(&mut self, used: Option<ApiKeyUse>, wall: &WallTimes, now: Timestamp) {
        let Some(used) = used else { return };
        self.last_used_at = used.last.map(|last| Moment(wall.shown(last.at)));
        self.last_used_from = used.last.and_then(|last| Some(last.from?.reveal().to_string()));
        let former_until = used.former_until.filter(|until| now < *until);
        self.former_until = former_until.map(|until| Moment(wall.shown(until)));
    }
}

impl ScopeShown {
    fn of(account: &Account, actor: &Actor, scope: Scope) -> Self {
        let sentence = match scope {
            Scope::Read => "Read users, pools, sign-ins, sessions and the queue; change nothing.",
            Scope::SignInsWrite => {
                "Sign users in and out, and work their sessions and tickets: for the back end of your product."
            }
            Scope::UsersManage => "Create, change, deactivate and delete users and teams; set no passwords.",
            Scope::SeatsManage => "Assign licenses, change seat pools, log users out, and end sessions.",
            Scope::SubscriptionManage => "See and change the subscription.",
            Scope::ReportsView => "Read refusals, reports and the audit.",
            Scope::SettingsManage => "Change the settings of the account.",
            Scope::Directory => {
                "Be your directory (SCIM): create, change, deactivate and delete users, and say who is in which group."
            }
        };
        Self {
            word: scope.as_str(),
            sentence,
            may_give: account.may_give_scope(actor, scope),
        }
    }

    fn is_ticked(&self, form: &Form) -> bool {
        form.all("scopes").any(|word| word == self.word)
    }
}
