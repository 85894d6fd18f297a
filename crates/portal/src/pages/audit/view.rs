//! The data of the audit page.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::Value;
use usher_domain::permission::Privilege;
use usher_domain::text::{Name, Product};
use usher_domain::{Account, Actor, WallTimes};
use usher_journal::{AuditRow, Cause, Channel};

use super::check::Checked;
use super::sentence::{self, ACTIONS, What};
use crate::answer::Frame;
use crate::form::Form;
use crate::linked::Linked;
use crate::said::Said;
use crate::shown::{Moment, pool_name, with_query};

#[derive(Template)]
#[template(path = "audit/audit.html")]
pub(super) struct AuditPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) rows: Vec<Row>,
    pub(super) newest: String,
    pub(super) next: String,
    pub(super) csv: String,
    pub(super) json: String,
    pub(super) is_filtered: bool,
    pub(super) chain: Chain,
}

/// The newest commit of the account's chain.
pub(super) struct Chain {
    pub(super) seq: u64,
    pub(super) hash: String,
    pub(super) checked: Option<Checked>,
}

impl AuditPage {
    /// The actions to choose from, with their labels.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn actions(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        ACTIONS.iter().map(|action| (action.word, action.label))
    }

    /// The channels to choose from, with their labels.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn ways(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        Channel::ALL.iter().map(|one| (one.as_str(), way(*one)))
    }
}

/// An entry of the audit.
pub(crate) struct Row {
    pub(crate) at: Moment,
    pub(crate) who: Linked,
    /// The other entries of the same actor.
    pub(crate) entries_link: String,
    pub(crate) what: What,
    pub(crate) more: Option<Said<String>>,
    pub(crate) how: String,
    pub(crate) trace: Vec<Trace>,
}

/// A reference of an entry.
pub(crate) struct Trace {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// The other entries with the same reference.
    pub(crate) link: Option<String>,
}

impl Row {
    pub(crate) fn of(row: &AuditRow, wall: &WallTimes, names: &Names, path: &str) -> Self {
        let detail = detail(row);
        let cause = row.read_cause();
        let actor = row.actor.to_string();
        Self {
            at: Moment(wall.shown(row.at)),
            who: Linked {
                name: names.actor(row.actor.as_ref()),
                href: names.link(&actor),
            },
            entries_link: with_query(path, &[("actor", actor)]),
            what: What::of(row, &detail, names),
            more: sentence::more(row, &detail, names).map(Said),
            how: how(&cause),
            trace: trace(row, &cause, path),
        }
    }
}

/// The channel and the address, in words.
fn how(cause: &Cause) -> String {
    let way = way(cause.channel);
    match &cause.address {
        Some(address) => format!("{way}, {}", address.reveal()),
        None => way.to_owned(),
    }
}

/// The label of a channel.
const fn way(way: Channel) -> &'static str {
    match way {
        Channel::Api => "API",
        Channel::Portal => "Portal",
        Channel::SetUp => "Set-up link",
        Channel::Scim => "Directory",
        Channel::SingleSignOn => "Single sign-on",
        Channel::CommandLine => "Command line",
        Channel::Timer => "Its time had come",
        Channel::Resume => "After an outage",
        Channel::Leave => "End of the server",
    }
}

/// References of an entry: its commit, the credential and the request.
fn trace(row: &AuditRow, cause: &Cause, path: &str) -> Vec<Trace> {
    let commit = Trace {
        label: "Commit",
        value: row.seq.to_string(),
        link: None,
    };
    let credential = cause.credential.as_ref().map(|id| Trace {
        label: "With",
        value: id.to_string(),
        link: None,
    });
    let request = cause.request.as_ref().map(|id| Trace {
        label: "Request",
        value: id.to_string(),
        link: Some(with_query(path, &[("request", id.to_string())])),
    });
    [commit].into_iter().chain(credential).chain(request).collect()
}

/// The details of an entry; null if there are none.
pub(super) fn detail(row: &AuditRow) -> Value {
    let text = row.detail.as_ref().map(|text| text.reveal().to_string());
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// The ids whose names a list of entries needs.
pub(crate) fn ids(rows: &[AuditRow]) -> Vec<String> {
    let mut ids = Vec::with_capacity(rows.len() * 2);
    for row in rows {
        ids.push(row.actor.to_string());
        ids.extend(row.target.as_ref().map(ToString::to_string));
        let detail = detail(row);
        let inner = [&detail["user"], &detail["license"]["pool"], &detail["group"]];
        ids.extend(inner.into_iter().filter_map(Value::as_str).map(str::to_owned));
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The current names of what the audit has ids and slugs of.
#[derive(Debug, Default)]
pub(crate) struct Names {
    by_id: BTreeMap<String, String>,
    /// The path of the account's pages.
    home: String,
    /// Whether the reader may open the list of API keys.
    sees_keys: bool,
    /// Display names of products, by slug.
    products: BTreeMap<Product, Name>,
}

impl Names {
    pub(crate) fn of(account: &Account, actor: &Actor, ids: &[String]) -> Self {
        let known = ids.iter().filter_map(|id| Some((id.clone(), name(account, id)?)));
        Self {
            by_id: known.collect(),
            home: format!("/a/{}", account.id()),
            sees_keys: account.may(actor, Privilege::SettingsManage),
            products: account.settings().product_names.clone(),
        }
    }

    /// What people call a product now.
    pub(super) fn product(&self, slug: &str) -> String {
        let Ok(product) = slug.parse::<Product>() else {
            return slug.to_owned();
        };
        let name = self.products.get(&product);
        name.map_or_else(|| product.readable(), ToString::to_string)
    }

    /// The current name of an id.
    pub(super) fn find(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(String::as_str)
    }

    /// The page of an id that still exists; `None` for what has no page.
    pub(super) fn link(&self, id: &str) -> Option<String> {
        self.find(id)?;
        let pages = match id.split_once('_')?.0 {
            "user" => "users",
            "pool" => "pools",
            "team" => "teams",
            "grp" => "groups",
            "key" if self.sees_keys => return Some(format!("{}/api-keys?key={id}#{id}", self.home)),
            _ => return None,
        };
        Some(format!("{}/{pages}/{id}", self.home))
    }

    /// The name of an actor.
    pub(super) fn actor(&self, actor: &str) -> String {
        if actor == "single_sign_on" {
            return "Single sign-on".to_owned();
        }
        let kind = actor.split_once('_').map_or(actor, |(kind, _)| kind);
        match (kind, self.find(actor)) {
            ("key", Some(name)) => format!("API key {name}"),
            (_, Some(name)) => name.to_owned(),
            ("operator", None) => "The operator".to_owned(),
            ("system", None) => "Usher".to_owned(),
            ("customer", None) => "A customer".to_owned(),
            ("user", None) => "A deleted user".to_owned(),
            ("key", None) => "A revoked API key".to_owned(),
            _ => "A device".to_owned(),
        }
    }
}

fn name(account: &Account, id: &str) -> Option<String> {
    let (kind, _) = id.split_once('_')?;
    Some(match kind {
        "user" => account.user(id.parse().ok()?)?.profile.name.reveal().to_string(),
        "pool" => pool_name(account, account.pool(id.parse().ok()?)?),
        "team" => account.teams().get(&id.parse().ok()?)?.name.to_string(),
        "grp" => account.group(id.parse().ok()?)?.name.to_string(),
        "key" => account.api_keys().get(&id.parse().ok()?)?.name.to_string(),
        "acct" => account.name().to_string(),
        _ => return None,
    })
}
