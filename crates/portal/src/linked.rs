//! Names that lead to their pages. Only where the reader may open the page: for others it is the name alone.

use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::user::User;
use usher_domain::{Account, Actor, ApiKeyId, GroupId, PoolId, TeamId, UserId};

use crate::nav::NavPage;
use crate::said::escaped;
use crate::shown::pool_name;

/// A name, and the page that it leads to. `m::linked` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) name: String,
    /// `None` if the reader may not open the page, or there is none.
    pub(crate) href: Option<String>,
}

impl Linked {
    /// A name without a page.
    pub(crate) fn plain(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            href: None,
        }
    }

    /// The link, for sentences that have it as a value. Templates have `m::linked`.
    pub(crate) fn html(&self) -> String {
        let name = escaped(&self.name);
        match &self.href {
            Some(href) => format!("<a href=\"{}\"><bdi>{name}</bdi></a>", escaped(href)),
            None => format!("<bdi>{name}</bdi>"),
        }
    }

    /// A user. Users see their own page, whatever their role.
    pub(crate) fn user(account: &Account, actor: &Actor, user: &User) -> Self {
        Self {
            name: user.profile.name.reveal().to_string(),
            href: user_page(account, actor, user.id),
        }
    }

    /// The user with an id, who may be deleted.
    pub(crate) fn user_id(account: &Account, actor: &Actor, id: UserId) -> Self {
        let user = account.user(id);
        user.map_or_else(
            || Self::plain(text!("common-deleted-user").plain()),
            |user| Self::user(account, actor, user),
        )
    }

    /// A pool, with its product where the account has several.
    pub(crate) fn pool(account: &Account, actor: &Actor, pool: &Pool) -> Self {
        Self {
            name: pool_name(account, pool),
            href: pool_page(account, actor, pool.id),
        }
    }

    /// A team that the account has.
    pub(crate) fn team(account: &Account, actor: &Actor, id: TeamId) -> Option<Self> {
        let teams = NavPage::Teams.link(account, actor);
        Some(Self {
            name: account.teams().get(&id)?.name.to_string(),
            href: teams.map(|teams| format!("{teams}/{id}")),
        })
    }

    /// A group that the account has.
    pub(crate) fn group(account: &Account, actor: &Actor, id: GroupId) -> Option<Self> {
        let groups = NavPage::Groups.link(account, actor);
        Some(Self {
            name: account.group(id)?.name.to_string(),
            href: groups.map(|groups| format!("{groups}/{id}")),
        })
    }

    /// An API key that the account has.
    pub(crate) fn key(account: &Account, actor: &Actor, id: ApiKeyId) -> Option<Self> {
        Some(Self {
            name: account.api_keys().get(&id)?.name.to_string(),
            href: key_page(account, actor, id),
        })
    }
}

impl From<&str> for Linked {
    fn from(name: &str) -> Self {
        Self::plain(name)
    }
}

impl From<String> for Linked {
    fn from(name: String) -> Self {
        Self::plain(name)
    }
}

/// The page of a user, if the actor may open it.
pub(crate) fn user_page(account: &Account, actor: &Actor, id: UserId) -> Option<String> {
    let users = NavPage::Users.path(account.id());
    account.sees_user(actor, id).then(|| format!("{users}/{id}"))
}

/// The page of a pool, if the actor may open it.
pub(crate) fn pool_page(account: &Account, actor: &Actor, id: PoolId) -> Option<String> {
    let pools = NavPage::SeatPools.link(account, actor)?;
    Some(format!("{pools}/{id}"))
}

/// The place of an API key in the list, if the actor may open that: the list of keys begins with this one.
pub(crate) fn key_page(account: &Account, actor: &Actor, id: ApiKeyId) -> Option<String> {
    let keys = NavPage::ApiKeys.path(account.id());
    account
        .may(actor, Privilege::SettingsManage)
        .then(|| format!("{keys}?key={id}#{id}"))
}
