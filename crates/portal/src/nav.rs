//! The menu: the pages of an account, their paths, and who may see them.

use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::{Account, AccountId, Actor};

/// Makes the entries of the menu from their rows.
macro_rules! nav_pages {
    ($($page:ident, $label:literal, $address:literal, $is_for:expr;)*) => {
        /// A page that is in the menu.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum NavPage {
            $($page,)*
        }

        impl NavPage {
            const ALL: &[Self] = &[$(Self::$page,)*];

            /// The label in the menu.
            pub(crate) const fn label(self) -> &'static str {
                match self {
                    $(Self::$page => $label,)*
                }
            }

            /// Its path below the account's, or the whole path if it starts with a slash.
            const fn address(self) -> &'static str {
                match self {
                    $(Self::$page => $address,)*
                }
            }

            /// Whether the actor may see it (R1). The page itself checks again.
            pub(crate) fn is_for(self, account: &Account, actor: &Actor) -> bool {
                let is_for: fn(&Account, &Actor) -> bool = match self {
                    $(Self::$page => $is_for,)*
                };
                is_for(account, actor)
            }
        }
    };
}

// One row per page, in the order of the menu: its name here, its label, its path, and who may see it.
nav_pages! {
    Overview,     "Overview",      "overview",     |_, _| true;
    Users,        "Users",         "users",        Account::is_staff;
    SeatPools,    "Seat pools",    "pools",        Account::is_staff;
    Sessions,     "Sessions",      "sessions",     sees_sessions;
    Queue,        "Queue",         "queue",        Account::is_staff;
    Requests,     "Requests",      "requests",     |account, actor| account.may(actor, Privilege::SeatsManage);
    Refusals,     "Refusals",      "refusals",     |account, actor| account.may(actor, Privilege::ReportsView);
    Teams,        "Teams",         "teams",        Account::is_staff;
    Groups,       "Groups",        "groups",       Account::is_staff;
    Minutes,      "Minutes",       "minutes",      |account, actor| account.may(actor, Privilege::ReportsView);
    Subscription, "Subscription",  "subscription", |account, actor| account.may(actor, Privilege::SubscriptionManage);
    Audit,        "Audit",         "audit",        |account, actor| account.may(actor, Privilege::ReportsView);
    ApiKeys,      "API keys",      "api-keys",     |account, actor| account.may(actor, Privilege::SettingsManage);
    Settings,     "Settings",      "settings",     |account, actor| account.may(actor, Privilege::SettingsManage);
    AgentConsole, "Agent console", "/console",     |_, _| true;
}

fn sees_sessions(account: &Account, actor: &Actor) -> bool {
    account.has_session_permission(actor, SessionPermission::ViewOwn)
        || account.has_session_permission(actor, SessionPermission::ViewAccount)
}

/// A link in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavLink {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) is_current: bool,
    /// How many things wait there for the viewer.
    pub(crate) count: usize,
}

impl NavLink {
    /// The count in at most three characters.
    pub(crate) fn count_shown(&self) -> String {
        if self.count > 99 {
            return "99+".to_owned();
        }
        self.count.to_string()
    }
}

impl NavPage {
    /// The path of the agent console, which is the same for all accounts.
    pub(crate) const CONSOLE: &str = "/console";

    /// The path of the page.
    pub(crate) fn path(self, account: AccountId) -> String {
        let address = self.address();
        if address.starts_with('/') {
            return address.to_owned();
        }
        format!("/a/{account}/{address}")
    }

    /// The path, if the actor may see the page; for links from other pages.
    pub(crate) fn link(self, account: &Account, actor: &Actor) -> Option<String> {
        self.is_for(account, actor).then(|| self.path(account.id()))
    }
}

/// The menu for this actor.
pub(crate) fn links(account: &Account, actor: &Actor, current: Option<NavPage>) -> Vec<NavLink> {
    let visible = NavPage::ALL.iter().filter(|page| page.is_for(account, actor));
    visible
        .map(|place| NavLink {
            label: place.label(),
            href: place.path(account.id()),
            is_current: current == Some(*place),
            count: match place {
                NavPage::Requests => account.open_seat_requests().count(),
                _ => 0,
            },
        })
        .collect()
}
