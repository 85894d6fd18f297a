//! What is found, in groups. Each group has a bound; the list that it is from has a search of its own.

use usher_domain::text::address::folded;
use usher_domain::user::User;
use usher_domain::{Account, Actor};

use crate::doing;
use crate::nav::{self, NavPage};
use crate::pages::users::fits_words;

/// The most characters that are searched for.
pub(super) const CHARS_MAX: usize = 100;
/// The most of one group.
const FOUND_MAX: usize = 8;

/// What is found of one kind.
pub(super) struct Group {
    pub(super) label: &'static str,
    pub(super) found: Vec<Found>,
    /// Whether there are more than those listed.
    pub(super) are_more: bool,
    /// The list in which they all are.
    pub(super) list: String,
}

/// Something that is found.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) note: String,
    pub(super) href: String,
}

impl Group {
    fn of(label: &'static str, list: String, mut found: impl Iterator<Item = Found>) -> Self {
        let listed = found.by_ref().take(FOUND_MAX).collect();
        Self {
            label,
            found: listed,
            are_more: found.next().is_some(),
            list,
        }
    }
}

/// Everything that the viewer may see and that has the text in its name; nothing for an empty text.
pub(super) fn groups(account: &Account, actor: &Actor, q: &str) -> Vec<Group> {
    let needle = folded(q);
    if needle.is_empty() {
        return Vec::new();
    }
    let has = |text: &str| folded(text).contains(&needle);
    let mut groups = vec![pages(account, actor, &has)];
    groups.extend(people(account, actor, q, &needle));
    groups.extend(pools(account, actor, &has));
    groups.push(of_sessions(account, actor, q, &has));
    groups.extend(teams_and_groups(account, actor, &has));
    groups.retain(|group| !group.found.is_empty());
    groups
}

fn pages(account: &Account, actor: &Actor, has: &impl Fn(&str) -> bool) -> Group {
    let menu = nav::links(account, actor, None);
    let links = menu
        .links()
        .chain(&menu.console)
        .filter(|link| has(&link.label.plain()));
    let found = links.map(|link| Found {
        name: link.label.plain(),
        note: String::new(),
        href: link.href.clone(),
    });
    Group::of("Pages", String::new(), found)
}

fn people(account: &Account, actor: &Actor, q: &str, needle: &str) -> Option<Group> {
    let path = NavPage::Users.link(account, actor)?;
    let fits = |user: &&User| fits_words(user, needle);
    let found = account.users().values().filter(fits).map(|user| Found {
        name: user.profile.name.reveal().to_string(),
        note: user.profile.email.reveal().to_string(),
        href: format!("{path}/{}", user.id),
    });
    let list = crate::shown::with_query(&path, &[("q", q)]);
    Some(Group::of("People", list, found))
}

fn pools(account: &Account, actor: &Actor, has: &impl Fn(&str) -> bool) -> Option<Group> {
    let path = NavPage::Seats.link(account, actor)?;
    let is_staff = account.is_staff(actor);
    let user = account.user_of(actor);
    let found = account.pools().values().filter(|pool| {
        let is_seen = is_staff || user.is_some_and(|user| pool.users().contains(&user));
        is_seen && has(pool.name.as_str())
    });
    let found = found.map(|pool| Found {
        name: pool.name.to_string(),
        note: format!(
            "{} of {} in use · {}",
            pool.occupied(),
            pool.seats,
            account.product_name(&pool.product)
        ),
        href: format!("{path}?hall={}", pool.id),
    });
    Some(Group::of("Seat pools", path.clone(), found))
}

/// Sessions by the name of their agent or their customer, the newest first.
fn of_sessions(account: &Account, actor: &Actor, q: &str, has: &impl Fn(&str) -> bool) -> Group {
    let path = NavPage::Sessions.path(account.id());
    let mut sessions: Vec<_> = account
        .sessions()
        .values()
        .filter(|session| account.sees_session(actor, session))
        .filter(|session| {
            let customer = session.customer.as_ref();
            let is_customer = customer.is_some_and(|customer| has(customer.name.reveal().as_str()));
            let user = account.user(session.user);
            is_customer || user.is_some_and(|user| has(user.profile.name.reveal().as_str()))
        })
        .collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.since));
    let found = sessions.into_iter().map(|session| {
        let agent = account.user(session.user);
        let agent = agent
            .map(|user| user.profile.name.reveal().to_string())
            .unwrap_or_default();
        let customer = session
            .customer
            .as_ref()
            .map(|customer| customer.name.reveal().to_string());
        Found {
            href: crate::shown::with_query(&path, &[("q", &agent)]),
            name: match customer {
                Some(customer) => format!("{agent} with {customer}"),
                None => agent,
            },
            note: format!(
                "{} · {}",
                doing::session(&session.state).0.plain(),
                account.product_name(&session.product)
            ),
        }
    });
    Group::of("Sessions", crate::shown::with_query(&path, &[("q", q)]), found)
}

fn teams_and_groups(account: &Account, actor: &Actor, has: &impl Fn(&str) -> bool) -> Vec<Group> {
    let of = |count: usize| usher_domain::text::counted(count, "member", "members");
    let teams = NavPage::Teams.link(account, actor).map(|path| {
        let found = account
            .teams()
            .values()
            .filter(|team| has(team.name.as_str()))
            .map(|team| Found {
                name: team.name.to_string(),
                note: of(team.members.len()),
                href: format!("{path}/{}", team.id),
            });
        Group::of("Teams", path.clone(), found)
    });
    let groups = NavPage::Groups.link(account, actor).map(|path| {
        let found = account
            .groups()
            .values()
            .filter(|group| has(group.name.as_str()))
            .map(|group| Found {
                name: group.name.to_string(),
                note: of(group.members.len()),
                href: format!("{path}/{}", group.id),
            });
        Group::of("Groups", path.clone(), found)
    });
    teams.into_iter().chain(groups).collect()
}
