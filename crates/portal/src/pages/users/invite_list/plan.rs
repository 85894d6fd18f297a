//! What a list of people comes to in the account: who is new, who is there already, and what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::text::{Email, Name, Product};
use usher_domain::user::License;
use usher_domain::{Account, Actor, GroupId, TeamId, Timestamp, UserId};
use usher_journal::folded;

use super::list::{List, ListRow};
use super::run::ListId;
use crate::pages::users::create::{self, Licenses};
use crate::pages::users::licenses::left;
use crate::pages::users::words;
use crate::said;
use crate::sentence;

/// What the list comes to.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) rows: Vec<Row>,
}

/// A person of the list.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The number of the line.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: String,
    /// The team and the group.
    pub(super) places: String,
    pub(super) licenses: Vec<String>,
    pub(super) state: RowState,
}

/// Whether a person of the list is invited.
#[derive(Debug, Clone)]
pub(super) enum RowState {
    /// They are.
    New(Box<Newcomer>),
    /// Somebody with this address is there already, or is named by an earlier line.
    Known(String),
    /// They cannot be.
    Wrong(Vec<said::Said<String>>),
}

/// Somebody to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Newcomer {
    pub(super) profile: Profile,
    pub(super) licenses: Licenses,
    pub(super) team: Option<TeamId>,
    pub(super) group: Option<GroupId>,
}

/// The account's products, with what people call them.
pub(super) fn products(account: &Account) -> Vec<(Product, String)> {
    let products = account.subscription().products.keys();
    products
        .map(|product| (product.clone(), account.product_name(product)))
        .collect()
}

impl Plan {
    pub(super) fn of(account: &Account, actor: &Actor, now: Timestamp, list: &List, id: &ListId) -> Self {
        let mut earlier: BTreeMap<Email, usize> = BTreeMap::new();
        let mut seats: BTreeMap<Product, u32> = BTreeMap::new();
        // Lines that are wrong count only for others that are: whoever is right is invited.
        let mut typed: BTreeMap<Email, usize> = BTreeMap::new();
        let rows = list.said().map(|(line, said)| {
            let state = match newcomer(account, &said) {
                Err(mut wrong) => {
                    // Everything that is wrong with it at once.
                    if let Some(before) = said
                        .email
                        .parse::<Email>()
                        .ok()
                        .and_then(|email| typed.get(&email))
                    {
                        wrong.push(format!("Line {before} has the same address."));
                    }
                    RowState::Wrong(wrong.into_iter().map(said::Said).collect())
                }
                Ok(newcomer) => {
                    let email = newcomer.profile.email.reveal().clone();
                    if let Some(before) = earlier.get(&email) {
                        RowState::Known(format!("Line {before} has the same address."))
                    } else if let Some(user) = account.user_by_email(&email)
                        // The list itself added them, and is sent again.
                        && id.user(&email, now) != Some(user.id)
                    {
                        RowState::Known("A user of this account has this address.".to_owned())
                    } else {
                        let user = id.user(&email, now).unwrap_or(UserId::from_bits(0));
                        earlier.insert(email, line);
                        checked_row(account, (actor, now), user, newcomer, &mut seats)
                    }
                }
            };
            if let Ok(email) = said.email.parse() {
                typed.entry(email).or_insert(line);
            }
            Row::of(account, line, said, state)
        });
        Self { rows: rows.collect() }
    }

    /// The people to be added, with their lines.
    pub(super) fn newcomers(&self) -> impl Iterator<Item = (usize, &Newcomer)> {
        self.rows.iter().filter_map(|row| match &row.state {
            RowState::New(newcomer) => Some((row.line, &**newcomer)),
            _ => None,
        })
    }

    pub(super) fn known(&self) -> usize {
        let mut rows = self.rows.iter();
        rows.by_ref()
            .filter(|row| matches!(row.state, RowState::Known(_)))
            .count()
    }

    pub(super) fn wrong(&self) -> usize {
        self.rows.len() - self.newcomers().count() - self.known()
    }
}

impl Row {
    fn of(account: &Account, line: usize, said: ListRow, state: RowState) -> Self {
        let licenses = if let RowState::New(newcomer) = &state {
            let licenses = newcomer.licenses.iter();
            licenses
                .map(|(product, license)| {
                    let license = words::license(account, Some(license));
                    format!("{}: {license}", account.product_name(product))
                })
                .collect()
        } else {
            let typed = said.licenses.iter().filter(|(_, word)| !word.is_empty());
            let typed = typed.map(|(product, word)| format!("{}: {word}", account.product_name(product)));
            typed.collect()
        };
        let role = match &state {
            RowState::New(newcomer) => words::role_label(newcomer.profile.role).to_owned(),
            _ => words::role_of(&said.role.to_lowercase())
                .map_or(said.role, |role| words::role_label(role).to_owned()),
        };
        let places = [said.team, said.group]
            .into_iter()
            .filter(|place| !place.is_empty());
        Self {
            line,
            name: said.name,
            email: said.email,
            role,
            places: places.collect::<Vec<_>>().join(", "),
            licenses,
            state,
        }
    }
}

/// Whether the rules let the actor add this person after those before. `seats` counts the named seats that these take.
fn checked_row(
    account: &Account,
    (actor, now): (&Actor, Timestamp),
    id: UserId,
    newcomer: Newcomer,
    seats: &mut BTreeMap<Product, u32>,
) -> RowState {
    let Newcomer {
        profile, licenses, ..
    } = &newcomer;
    let command = create::command(id, profile.clone(), licenses.clone(), true);
    if let Err(refusal) = account.would_change(&command, actor, now) {
        return RowState::Wrong(vec![said::Said(sentence::of(&refusal))]);
    }
    if account.user(id).is_some() {
        return RowState::New(Box::new(newcomer));
    }
    let named = licenses.iter().filter(|(_, license)| **license == License::Named);
    for (product, _) in named.clone() {
        let taken = seats.get(product).copied().unwrap_or_default();
        if taken >= left(account, product) {
            let product = account.product_name(product);
            let sentence = format!("No named seat of {} is left for them.", said::named(product));
            return RowState::Wrong(vec![said::Said(sentence)]);
        }
    }
    for (product, _) in named {
        *seats.entry(product.clone()).or_default() += 1;
    }
    RowState::New(Box::new(newcomer))
}

/// The person whom a row describes, or everything that is wrong with it.
fn newcomer(account: &Account, said: &ListRow) -> Result<Newcomer, Vec<String>> {
    let mut wrong = Vec::new();
    let mut note = |problem: String| wrong.push(problem);
    let name = said.name.parse::<Name>();
    let name = name.map_err(|error| {
        note(match said.name.trim() {
            "" => "The name is missing.".to_owned(),
            _ => format!("The name must be {}.", error.expected),
        });
    });
    let email = said.email.parse::<Email>();
    let email = email.map_err(|_| {
        note(match said.email.trim() {
            "" => "The e-mail address is missing.".to_owned(),
            typed => format!("{} is not an e-mail address.", said::named(typed)),
        });
    });
    let role = role(&said.role).map_err(&mut note);
    let team = team(account, &said.team).map_err(&mut note);
    let group = group(account, &said.group).map_err(&mut note);
    let mut licenses = Licenses::new();
    for (product, word) in &said.licenses {
        match license(account, product, word) {
            Ok(Some(license)) => {
                licenses.insert(product.clone(), license);
            }
            Ok(None) => {}
            Err(problem) => note(problem),
        }
    }
    let (Ok(name), Ok(email), Ok(role), Ok(team), Ok(group), true) =
        (name, email, role, team, group, wrong.is_empty())
    else {
        return Err(wrong);
    };
    Ok(Newcomer {
        profile: Profile {
            name: name.into(),
            email: email.into(),
            role,
            privileges: BTreeSet::new(),
            billing_contact: false,
            seat_limit: None,
            session_permissions: PermissionOverrides::default(),
        },
        licenses,
        team,
        group,
    })
}

fn role(word: &str) -> Result<Role, String> {
    if word.is_empty() {
        return Ok(Role::Member);
    }
    words::role_of(&word.to_lowercase()).ok_or_else(|| {
        format!(
            "There is no role {}. The roles are member, manager, admin and owner.",
            said::named(word)
        )
    })
}

fn team(account: &Account, word: &str) -> Result<Option<TeamId>, String> {
    let teams = account.teams().values();
    named("team", word, teams.map(|team| (&team.name, team.id)))
}

fn group(account: &Account, word: &str) -> Result<Option<GroupId>, String> {
    let groups = account.groups().values();
    named("group", word, groups.map(|group| (&group.name, group.id)))
}

fn is_named(name: &Name, word: &str) -> bool {
    folded(name.as_str()) == folded(word)
}

/// The id of the thing of this kind with the name `word`, in upper or lower case; `None` if the word is empty.
fn named<'a, Id>(
    kind: &str,
    word: &str,
    mut all: impl Iterator<Item = (&'a Name, Id)>,
) -> Result<Option<Id>, String> {
    if word.is_empty() {
        return Ok(None);
    }
    let found = all.find(|(name, _)| is_named(name, word));
    let missing = || format!("There is no {kind} {}. Create it first.", said::named(word));
    found.map(|(_, id)| Some(id)).ok_or_else(missing)
}

fn license(account: &Account, product: &Product, word: &str) -> Result<Option<License>, String> {
    match word.to_lowercase().as_str() {
        "" | "none" | "-" => return Ok(None),
        "named" | "named seat" => return Ok(Some(License::Named)),
        "shared" | "shared seat" => {
            if let Some(pool) = account.default_pool(product) {
                return Ok(Some(License::Shared(pool.id)));
            }
        }
        _ => {}
    }
    let mut pools = account.pools().values();
    let found = pools.find(|pool| pool.product == *product && is_named(&pool.name, word));
    let missing = || {
        let (word, product) = (said::named(word), said::named(account.product_name(product)));
        format!("There is no pool {word} of {product}. Write `named`, `shared`, or the name of a pool.")
    };
    found
        .map(|pool| Some(License::Shared(pool.id)))
        .ok_or_else(missing)
}
