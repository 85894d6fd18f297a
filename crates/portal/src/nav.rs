//! The menu: the pages of an account in their groups, their paths, and who may see them.

use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::pool::Pool;
use usher_domain::{Account, AccountId, Actor, UserId};

use crate::icon::Icon;
use crate::portal::Portal;
use crate::text::{Label, Text};

/// Makes the entries of the menu from their rows.
macro_rules! nav_pages {
    ($($page:ident, $group:ident, $label:expr, $address:literal, $is_for:expr;)*) => {
        /// A page that is in the menu.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum NavPage {
            $($page,)*
        }

        impl NavPage {
            const ALL: &[Self] = &[$(Self::$page,)*];

            /// The label in the menu.
            pub(crate) const fn label(self) -> Label {
                match self {
                    $(Self::$page => $label,)*
                }
            }

            const fn group(self) -> Group {
                match self {
                    $(Self::$page => Group::$group,)*
                }
            }

            pub(crate) const fn icon(self) -> Icon {
                match self {
                    $(Self::$page => Icon::$page,)*
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

/// A group of the menu, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Live,
    People,
    History,
    Account,
    /// Not in the menu: reached from another page of it.
    Within,
    /// Not in a group: a button of its own.
    Apart,
}

impl Group {
    const ALL: &[Self] = &[Self::Live, Self::People, Self::History, Self::Account];

    /// What it is called, and its name for the page.
    const fn label(self) -> Option<(Label, &'static str)> {
        match self {
            Self::Live => Some((text!("shell-group-live"), "live")),
            Self::People => Some((text!("shell-group-people"), "people")),
            Self::History => Some((text!("shell-group-history"), "history")),
            Self::Account => Some((text!("shell-group-account"), "account")),
            Self::Within | Self::Apart => None,
        }
    }
}

// One row per page, in the order of its group: its name here and that of its icon, its group, its label, its path, and
// who may see it.
nav_pages! {
    Overview,     Live,    text!("shell-overview"),     "overview",     |_, _| true;
    Seats,        Live,    text!("shell-seats"),        "seats",        crate::pages::seats::is_for;
    Sessions,     Live,    text!("shell-sessions"),     "sessions",     sees_sessions;
    Queue,        Live,    text!("shell-queue"),        "queue",        Account::is_staff;
    Users,        People,  text!("shell-users"),        "users",        Account::is_staff;
    Teams,        People,  text!("shell-teams"),        "teams",        Account::is_staff;
    Groups,       People,  text!("shell-groups"),       "groups",       Account::is_staff;
    Requests,     People,  text!("shell-requests"),     "requests",     |account, actor| account.may(actor, Privilege::SeatsManage);
    Refusals,     History, text!("shell-refusals"),     "refusals",     |account, actor| account.may(actor, Privilege::ReportsView);
    Minutes,      History, text!("shell-minutes"),      "minutes",      |account, actor| account.may(actor, Privilege::ReportsView);
    Audit,        History, text!("shell-audit"),        "audit",        |account, actor| account.may(actor, Privilege::ReportsView);
    Subscription, Account, text!("shell-subscription"), "subscription", |account, actor| account.may(actor, Privilege::SubscriptionManage);
    Settings,     Account, text!("shell-settings"),     "settings",     |account, actor| account.may(actor, Privilege::SettingsManage);
    ApiKeys,      Account, text!("shell-api-keys"),     "api-keys",     |account, actor| account.may(actor, Privilege::SettingsManage);
    SeatPools,    Within,  text!("shell-pools"),        "pools",        Account::is_staff;
    AgentConsole, Apart,   text!("shell-console"),      "/console",     |_, _| true;
}

fn sees_sessions(account: &Account, actor: &Actor) -> bool {
    account.has_session_permission(actor, SessionPermission::ViewOwn)
        || account.has_session_permission(actor, SessionPermission::ViewAccount)
}

/// Where a user begins: agents at their console, people who manage something at the overview.
pub(crate) async fn home(portal: &Portal, account: AccountId, user: UserId) -> String {
    let look = move |account: &Account, _| account.is_staff(&Actor::User(user));
    // If the account does not answer now, the page itself will say so.
    let is_staff = portal.app.engine().read(account, look).await;
    let page = match is_staff {
        Ok(false) => NavPage::AgentConsole,
        Ok(true) | Err(_) => NavPage::Overview,
    };
    page.path(account)
}

/// The menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Nav {
    pub(crate) groups: Vec<NavGroup>,
    /// The agent console, which is no page of the account.
    pub(crate) console: Option<NavLink>,
    /// The path of the search.
    pub(crate) search: Option<String>,
}

/// A group of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavGroup {
    /// What it is called, and its name for the page; `None` in a menu without groups.
    pub(crate) label: Option<(Label, &'static str)>,
    pub(crate) links: Vec<NavLink>,
}

/// A link in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavLink {
    pub(crate) label: Label,
    pub(crate) icon: Icon,
    pub(crate) href: String,
    pub(crate) is_current: bool,
    /// The name by which live pages find the note, to keep it up to date.
    pub(crate) key: &'static str,
    /// What goes on there: `2` waiting, `1 full`; `None` if nothing needs to be said.
    pub(crate) note: Option<Text>,
}

impl Nav {
    /// A menu without groups.
    pub(crate) fn of(links: Vec<NavLink>) -> Self {
        Self {
            groups: vec![NavGroup { label: None, links }],
            console: None,
            search: None,
        }
    }

    /// The links of all groups.
    pub(crate) fn links(&self) -> impl Iterator<Item = &NavLink> {
        self.groups.iter().flat_map(|group| &group.links)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links().next().is_none()
    }
}

impl NavPage {
    /// The page of the menu from which this one is reached.
    fn in_menu(self) -> Self {
        match self {
            Self::SeatPools => Self::Seats,
            page => page,
        }
    }

    /// The path of the agent console, which is the same for all accounts.
    pub(crate) const CONSOLE: &str = "/console";

    /// What goes on at the page, for viewers who may see it. It counts only what the page shows to this actor.
    fn note(self, account: &Account, actor: &Actor) -> Option<Text> {
        match self {
            Self::Requests => note(account.open_seat_requests().count()),
            Self::Queue => {
                let waiting = account.pools().values().map(Pool::waiting);
                note(waiting.sum::<u32>() as usize)
            }
            Self::Seats => {
                let full = note(crate::pages::seats::full(account, actor))?;
                Some(text!("shell-note-full", count = full))
            }
            _ => None,
        }
    }

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
pub(crate) fn links(account: &Account, actor: &Actor, current: Option<NavPage>) -> Nav {
    let of_group = |group: Group| {
        let pages = NavPage::ALL.iter().filter(move |page| page.group() == group);
        let visible = pages.filter(|page| page.is_for(account, actor));
        visible.map(|page| NavLink {
            label: page.label(),
            icon: page.icon(),
            href: page.path(account.id()),
            is_current: current.map(NavPage::in_menu) == Some(*page),
            key: page.address().trim_start_matches('/'),
            note: page.note(account, actor),
        })
    };
    let groups = Group::ALL.iter().map(|group| NavGroup {
        label: group.label(),
        links: of_group(*group).collect(),
    });
    Nav {
        groups: groups.filter(|group| !group.links.is_empty()).collect(),
        console: of_group(Group::Apart).next(),
        search: Some(format!("/a/{}/search", account.id())),
    }
}

/// A count in at most three digits; nothing for none.
pub(crate) fn note(count: usize) -> Option<Text> {
    match count {
        0 => None,
        1..100 => Some(count.to_string().into()),
        _ => Some("99+".into()),
    }
}
