//! The menu: the pages of an account, their paths, and who may see them.

use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::{Account, AccountId, Actor};

/// A page of an account that is in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NavPage {
    Overview,
    Users,
    SeatPools,
    Sessions,
    Queue,
    Teams,
    Groups,
    Minutes,
    Subscription,
    Refusals,
    Audit,
    ApiKeys,
    Settings,
    AgentConsole,
}

/// All entries, in the order of the menu.
pub(crate) const READY: &[NavPage] = &[
    NavPage::Overview,
    NavPage::Users,
    NavPage::SeatPools,
    NavPage::Sessions,
    NavPage::Queue,
    NavPage::Refusals,
    NavPage::Teams,
    NavPage::Groups,
    NavPage::Minutes,
    NavPage::Subscription,
    NavPage::Audit,
    NavPage::ApiKeys,
    NavPage::Settings,
    NavPage::AgentConsole,
];

/// A link in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavLink {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) is_current: bool,
}

impl NavPage {
    /// The label in the menu.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Users => "Users",
            Self::SeatPools => "Seat pools",
            Self::Sessions => "Sessions",
            Self::Queue => "Queue",
            Self::Teams => "Teams",
            Self::Groups => "Groups",
            Self::Minutes => "Minutes",
            Self::Subscription => "Subscription",
            Self::Refusals => "Refusals",
            Self::Audit => "Audit",
            Self::ApiKeys => "API keys",
            Self::Settings => "Settings",
            Self::AgentConsole => "Agent console",
        }
    }

    /// The path of the page.
    pub(crate) fn path(self, account: AccountId) -> String {
        let slug = match self {
            Self::Overview => "overview",
            Self::Users => "users",
            Self::SeatPools => "pools",
            Self::Sessions => "sessions",
            Self::Queue => "queue",
            Self::Teams => "teams",
            Self::Groups => "groups",
            Self::Minutes => "minutes",
            Self::Subscription => "subscription",
            Self::Refusals => "refusals",
            Self::Audit => "audit",
            Self::ApiKeys => "api-keys",
            Self::Settings => "settings",
            Self::AgentConsole => return "/console".to_owned(),
        };
        format!("/a/{account}/{slug}")
    }

    /// The path, if the actor may see the page; for links from other pages.
    pub(crate) fn link(self, account: &Account, actor: &Actor) -> Option<String> {
        (READY.contains(&self) && self.is_for(account, actor)).then(|| self.path(account.id()))
    }

    /// Whether the actor may see it (R1). The page itself checks again.
    pub(crate) fn is_for(self, account: &Account, actor: &Actor) -> bool {
        match self {
            Self::Overview | Self::AgentConsole => true,
            Self::Users | Self::SeatPools | Self::Queue | Self::Teams | Self::Groups => {
                account.is_staff(actor)
            }
            Self::Sessions => {
                account.has_session_permission(actor, SessionPermission::ViewOwn)
                    || account.has_session_permission(actor, SessionPermission::ViewAccount)
            }
            Self::Subscription => account.may(actor, Privilege::SubscriptionManage),
            Self::Minutes | Self::Refusals | Self::Audit => account.may(actor, Privilege::ReportsView),
            Self::ApiKeys | Self::Settings => account.may(actor, Privilege::SettingsManage),
        }
    }
}

/// The menu for this actor.
pub(crate) fn links(account: &Account, actor: &Actor, current: Option<NavPage>) -> Vec<NavLink> {
    let visible = READY.iter().filter(|place| place.is_for(account, actor));
    visible
        .map(|place| NavLink {
            label: place.label(),
            href: place.path(account.id()),
            is_current: current == Some(*place),
        })
        .collect()
}
