//! What to do about something that is missing: the viewer's own button for it, or the people who may.

use usher_domain::permission::{Privilege, Role};
use usher_domain::user::User;
use usher_domain::{Account, Actor};

use crate::nav::NavPage;
use crate::order::NameOrder;
use crate::text::{Label, Text, strong};

/// The most people named to ask.
const NAMED_MAX: usize = 5;

/// The people who may do something that the viewer may not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asks {
    pub(crate) names: Vec<String>,
    /// How many there are besides those named.
    pub(crate) more: usize,
}

impl Asks {
    /// The active users who fit.
    pub(crate) fn of(account: &Account, fits: impl Fn(&User) -> bool) -> Self {
        let users = account.users().values();
        let helpers = users.filter(|user| user.active && fits(user));
        let mut names: Vec<_> = helpers
            .map(|user| user.profile.name.reveal().to_string())
            .collect();
        let order = NameOrder::of_reader();
        names.sort_by(|one, other| order.compare(one, other));
        let more = names.len().saturating_sub(NAMED_MAX);
        names.truncate(NAMED_MAX);
        Self { names, more }
    }

    /// Their names as a list of alternatives: "Ann, Ben or Olga".
    pub(crate) fn listed(&self) -> Text {
        let (mut names, more) = (self.names.iter().map(strong), self.more);
        let first = names.next().unwrap_or_else(|| strong(""));
        let mut list = text!("common-any-first").with("name", first);
        let mut names = names.peekable();
        while let Some(name) = names.next() {
            list = if names.peek().is_some() || more > 0 {
                text!("common-any-next", list = list, name = name)
            } else {
                text!("common-any-last", list = list, name = name)
            };
        }
        if more > 0 {
            list = text!("common-any-more", list = list, count = more);
        }
        list
    }

    /// The active users with a privilege.
    pub(crate) fn with(account: &Account, privilege: Privilege) -> Self {
        Self::of(account, |user| user.has(privilege))
    }
}

/// How something that is missing comes about. `m::remedy` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Remedy {
    /// Where the viewer does it, and the label of the button.
    pub(crate) link: Option<(String, Label)>,
    /// Whom a viewer asks who may not.
    pub(crate) asks: Asks,
}

impl Remedy {
    fn by(account: &Account, actor: &Actor, privilege: Privilege, link: (String, Label)) -> Self {
        if account.may(actor, privilege) {
            return Self {
                link: Some(link),
                asks: Asks::default(),
            };
        }
        Self {
            link: None,
            asks: Asks::with(account, privilege),
        }
    }

    /// For an account without seats.
    pub(crate) fn seats(account: &Account, actor: &Actor) -> Self {
        let page = NavPage::Subscription.path(account.id());
        let user = account.user_of(actor).and_then(|user| account.user(user));
        let owner = user.filter(|user| user.profile.role == Role::Owner);
        if let Some(owner) = owner.filter(|owner| !owner.has(Privilege::SubscriptionManage)) {
            // Owners may make themselves billing contact (R2), and nobody else might be one.
            let own_page = format!("{}/{}", NavPage::Users.path(account.id()), owner.id);
            return Self {
                link: Some((
                    format!("{own_page}#billing_contact"),
                    text!("common-remedy-billing-contact"),
                )),
                asks: Asks::default(),
            };
        }
        Self::by(
            account,
            actor,
            Privilege::SubscriptionManage,
            (page, text!("common-remedy-see-subscription")),
        )
    }

    /// For a viewer without a license.
    pub(crate) fn own_license(account: &Account, actor: &Actor) -> Self {
        let user = account.user_of(actor).map(|user| user.to_string());
        let page = format!(
            "{}/{}",
            NavPage::Users.path(account.id()),
            user.unwrap_or_default()
        );
        Self::by(
            account,
            actor,
            Privilege::SeatsManage,
            (page, text!("common-remedy-own-license")),
        )
    }

    /// For an account without people.
    pub(crate) fn people(account: &Account, actor: &Actor) -> Self {
        let page = format!("/a/{}/start/people", account.id());
        Self::by(
            account,
            actor,
            Privilege::UsersManage,
            (page, text!("common-remedy-add-people")),
        )
    }

    /// For an account without a pool that has seats.
    pub(crate) fn pool(account: &Account, actor: &Actor) -> Self {
        let page = format!("/a/{}/start/pool", account.id());
        Self::by(
            account,
            actor,
            Privilege::SeatsManage,
            (page, text!("common-remedy-set-up-pool")),
        )
    }

    /// For a pool without users.
    pub(crate) fn licenses(account: &Account, actor: &Actor) -> Self {
        let page = NavPage::Users.path(account.id());
        Self::by(
            account,
            actor,
            Privilege::SeatsManage,
            (page, text!("common-remedy-choose-licenses")),
        )
    }

    /// For an empty list whose page has the form itself: whom to ask, for viewers without it.
    pub(crate) fn here(account: &Account, actor: &Actor, privilege: Privilege) -> Self {
        let link = (String::new(), text!("common-remedy-see-subscription"));
        Self {
            link: None,
            ..Self::by(account, actor, privilege, link)
        }
    }

    /// Whether there is something to show.
    pub(crate) fn is_shown(&self) -> bool {
        self.link.is_some() || !self.asks.names.is_empty()
    }

    /// For a user who has a license.
    pub(crate) fn take_a_seat() -> Self {
        Self {
            link: Some((NavPage::CONSOLE.to_owned(), text!("common-remedy-take-seat"))),
            asks: Asks::default(),
        }
    }
}
