//! One user: who they are, what goes on, licenses, queue, teams, groups and keys.

use askama::Template;
use usher_app::zone_of;
use usher_domain::account::KeyMaker;
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::event::Profile;
use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::seat_request::SeatRequest;
use usher_domain::user::{License, User};
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use super::history;
use super::licenses::{self, LicenseField, license_word};
use super::link::SignInState;
use super::profile::{ProfileFields, Wanted};
use super::words::{self, Choice};
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::doing::{self, Doing};
use crate::form::{Form, label};
use crate::linked::Linked;
use crate::pages::days;
use crate::pages::queue::Waiting;
use crate::pages::seats::DeviceShown;
use crate::sentence;
use crate::shown::{Moment, ProductLabel, Until};
use crate::work::Work;

#[derive(Template)]
#[template(path = "users/person.html")]
pub(super) struct PersonPage {
    pub(super) frame: Frame,
    /// The form of the profile.
    pub(super) form: Form,
    /// The forms of licenses and the password.
    pub(super) other: Form,
    pub(super) path: String,
    pub(super) fields: ProfileFields,
    pub(super) person: Person,
    pub(super) has_second_factor: bool,
    /// The forms that free seats go there.
    pub(super) seats: String,
    /// In how many browsers they are signed in to the portal, for viewers who manage users.
    pub(super) browsers: Option<usize>,
    pub(super) sign_in_state: SignInState,
}

#[derive(Template)]
#[template(path = "users/new.html")]
pub(super) struct NewPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) fields: ProfileFields,
    pub(super) licenses: Vec<LicenseField>,
    /// For an account without a product.
    pub(super) seats_remedy: Remedy,
    /// Whether the account requires single sign-on, so that nobody new needs a password.
    pub(super) by_provider_only: bool,
}

#[derive(Template)]
#[template(path = "users/leave.html")]
pub(super) struct LeavePage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) person: Person,
    /// Whether the user is to be removed, not only deactivated.
    pub(super) is_removal: bool,
    pub(super) effects: Vec<String>,
    /// The work that is cut.
    pub(super) work: Work,
    pub(super) why_not: Option<String>,
}

/// A user, as shown on their page.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the template asks, each by itself"
)]
pub(super) struct Person {
    pub(super) profile: Profile,
    pub(super) role: &'static str,
    pub(super) state: Doing,
    pub(super) active: bool,
    pub(super) is_oneself: bool,
    pub(super) created_at: Moment,
    /// Where they are signed in, with what goes on there.
    pub(super) devices: Vec<DeviceShown>,
    /// The seats that they wait for.
    pub(super) waiting: Vec<Waiting>,
    pub(super) seats_held: u32,
    /// What they are doing now.
    pub(super) work: Work,
    pub(super) licenses: Vec<LicenseShown>,
    pub(super) teams: Vec<Linked>,
    pub(super) groups: Vec<Linked>,
    /// The API keys that they made, for viewers who see keys.
    pub(super) keys: Vec<Linked>,
    /// What a manager may do, in words.
    pub(super) privileges: Vec<&'static str>,
    /// Which session permissions they have.
    pub(super) permissions: Vec<String>,
    pub(super) tabs: Tabs,
    /// The user name in the directory.
    pub(super) user_name: Option<String>,
    pub(super) may_seats: bool,
    /// Why the viewer cannot change this user.
    pub(super) why_fixed: Option<String>,
    /// Why the viewer cannot remove or deactivate this user.
    pub(super) why_kept: Option<String>,
    /// For an account without a product.
    pub(super) seats_remedy: Remedy,
    /// Whether the viewer manages users.
    pub(super) may_users: bool,
    /// Whether the viewer sees the account's users, and not only their own page.
    pub(super) is_staff: bool,
}

/// Which pages of a user the viewer may open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tabs {
    pub(super) has_history: bool,
    pub(super) has_permissions: bool,
}

impl Tabs {
    pub(super) fn of(account: &Account, actor: &Actor, id: UserId) -> Self {
        Self {
            has_history: history::sees_sessions(account, actor, id)
                || account.may(actor, Privilege::ReportsView),
            has_permissions: account.is_staff(actor),
        }
    }
}

impl PersonPage {
    /// The URL of the list of users.
    fn list(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(list, _)| list)
    }

    /// What the forms that free a seat say about where they are sent from.
    fn fields_back(&self) -> [(&'static str, &str); 1] {
        [("person", self.id())]
    }

    /// The page on which the user's request for a seat is answered.
    fn request(&self, product: &str) -> String {
        let account = self.list().strip_suffix("users").unwrap_or_default();
        format!("{account}requests/{}/{product}", self.id())
    }

    /// The user's id, as the path has it.
    fn id(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(_, id)| id)
    }
}

/// A product, and the user's license for it.
pub(super) struct LicenseShown {
    pub(super) slug: String,
    /// The name of its field.
    pub(super) field: String,
    pub(super) product: ProductLabel,
    pub(super) is_named: bool,
    pub(super) now: Linked,
    /// Whether they asked for a seat, and nobody has answered yet (L14).
    pub(super) is_asked_for: bool,
    /// The last day of a license that ends (L15), as a date field has it; empty if it does not.
    pub(super) last_day: String,
    /// When it ends.
    pub(super) until: Option<Until>,
    /// Whether it goes as soon as they are not signed in (L16).
    pub(super) is_going: bool,
    /// The group that gave it.
    pub(super) group: Option<Linked>,
    pub(super) choices: Vec<Choice>,
}

impl Person {
    pub(super) fn of(account: &Account, actor: &Actor, id: UserId, now: Timestamp) -> Result<Self, Refusal> {
        let user = account.visible_user(actor, id)?;
        let why_fixed = why_fixed(account, actor, user, now);
        let why_kept = why_not(account, actor, now, &Command::User(UserCommand::Delete { id }));
        let sign_ins = user.sign_ins().iter();
        let sign_ins = sign_ins.filter_map(|id| account.sign_ins().get(id));
        let tickets = user.tickets().iter();
        let tickets = tickets.filter_map(|id| account.tickets().get(id));
        let teams = user.teams().iter();
        let groups = user.groups().iter();
        Ok(Self {
            role: words::role_label(user.profile.role),
            profile: user.profile.clone(),
            state: doing::user(account, user),
            active: user.active,
            is_oneself: account.user_of(actor) == Some(id),
            created_at: Moment(account.shown(user.created_at)),
            devices: sign_ins
                .map(|sign_in| DeviceShown::of(account, actor, sign_in, now))
                .collect(),
            waiting: tickets
                .map(|ticket| Waiting::of(account, actor, ticket, now))
                .collect(),
            seats_held: user.seats_held(),
            work: Work::of(account, actor, [user], None),
            licenses: LicenseShown::all(account, actor, user, now),
            teams: teams
                .filter_map(|team| Linked::team(account, actor, *team))
                .collect(),
            groups: groups
                .filter_map(|group| Linked::group(account, actor, *group))
                .collect(),
            keys: keys(account, actor, id),
            privileges: words::PRIVILEGES
                .iter()
                .filter(|(privilege, _)| user.profile.privileges.contains(privilege))
                .map(|(_, label)| *label)
                .collect(),
            permissions: SessionPermission::ALL
                .iter()
                .filter(|permission| account.has_session_permission(&Actor::User(id), **permission))
                .map(|permission| label(permission.as_str()))
                .collect(),
            tabs: Tabs::of(account, actor, id),
            user_name: user
                .directory
                .as_ref()
                .map(|entry| entry.user_name.reveal().to_string()),
            may_seats: account.may(actor, Privilege::SeatsManage),
            may_users: account.may(actor, Privilege::UsersManage),
            is_staff: account.is_staff(actor),
            why_fixed,
            why_kept,
            seats_remedy: Remedy::seats(account, actor),
        })
    }

    /// The page's form with the current values, and the choices.
    pub(super) fn fields(
        account: &Account,
        actor: &Actor,
        id: UserId,
        now: Timestamp,
        wanted: &Wanted,
    ) -> ProfileFields {
        ProfileFields::of(account, actor, now, Some(id), wanted)
    }

    /// What ends when the user is removed or deactivated.
    pub(super) fn effects(&self, is_removal: bool) -> Vec<String> {
        let mut effects = Vec::new();
        for license in self.licenses.iter().filter(|license| license.now.name != "none") {
            let (product, now) = (&license.product, &license.now.name);
            let goes = is_removal || license.group.is_some();
            effects.push(match (goes, license.is_named) {
                (true, true) => format!("Their named seat of {product} is free for somebody else."),
                (true, false) => format!("Their license of {product} ({now}) is gone."),
                (false, true) => format!("They keep their named seat of {product}: nobody else can have it."),
                (false, false) => format!("They keep their license of {product} ({now}) for later."),
            });
        }
        if is_removal && !self.teams.is_empty() {
            effects.push("They leave their teams.".to_owned());
        }
        effects.push("They are signed out of the portal.".to_owned());
        effects
    }
}

impl LicenseShown {
    fn all(account: &Account, actor: &Actor, user: &User, now: Timestamp) -> Vec<Self> {
        let bought = account.subscription().products.keys();
        let all: std::collections::BTreeSet<_> = bought.chain(user.licenses.keys()).collect();
        let shown = all.into_iter().map(|product| {
            let license = user.licenses.get(product);
            let ends = user.loan(product).map(|loan| account.shown(loan.until));
            let is_going = user.loan(product).is_some_and(|loan| loan.until <= now);
            let chosen = license_word(license);
            let group = user.from_groups.licenses.get(product);
            let group = group.and_then(|group| Linked::group(account, actor, *group));
            Self {
                slug: product.to_string(),
                field: licenses::field_of(product),
                product: ProductLabel::of(account, product),
                is_named: license == Some(&License::Named),
                is_asked_for: user.seat_request(product).is_some_and(SeatRequest::is_open),
                now: words::license_link(account, actor, license),
                is_going,
                // A day that is over cannot be sent again.
                last_day: ends
                    .filter(|_| !is_going)
                    .map(|end| days::day_of_end(end, &zone_of(account)))
                    .unwrap_or_default(),
                until: ends.map(|end| Until::of(account, end)),
                group,
                choices: licenses::choices(account, product, &chosen, "No license"),
            }
        });
        shown.collect()
    }
}

/// The API keys that a user made, for viewers who see keys.
fn keys(account: &Account, actor: &Actor, user: UserId) -> Vec<Linked> {
    if !account.may(actor, Privilege::SettingsManage) {
        return Vec::new();
    }
    let keys = account.api_keys().values();
    let made = keys.filter(|key| key.maker == Some(KeyMaker::User(user)));
    made.filter_map(|key| Linked::key(account, actor, key.id))
        .collect()
}

/// Why the actor cannot change a user.
pub(super) fn why_fixed(account: &Account, actor: &Actor, user: &User, now: Timestamp) -> Option<String> {
    if let Err(refusal) = account.need(actor, Privilege::UsersManage) {
        return Some(sentence::of(&refusal));
    }
    let change = UserPatch {
        // The user's current role: keeping it is always allowed, so this only asks whether the actor may change the
        // user.
        role: Some(user.profile.role),
        ..UserPatch::default()
    };
    let command = Command::User(UserCommand::Change { id: user.id, change });
    why_not(account, actor, now, &command)
}

/// Why a command would be refused now.
pub(super) fn why_not(account: &Account, actor: &Actor, now: Timestamp, command: &Command) -> Option<String> {
    let refusal = account.would_change(command, actor, now).err()?;
    Some(sentence::of(&refusal))
}
