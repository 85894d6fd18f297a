//! The filters of the audit: people enter names and addresses, but the records have ids.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use usher_app::Window;
use usher_domain::{Account, Actor, Refusal};
use usher_journal::{AuditFilter, Cursor, folded};

use super::need_reports;
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::days;
use crate::viewer::Viewer;

/// The query of the URL, as entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct AuditQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    actor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    action: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    target: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    way: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    address: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    request: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
}

/// The meaning of a text in a filter.
pub(crate) enum Named {
    One(String),
    None,
    Many,
}

impl AuditQuery {
    /// The filter form as submitted.
    pub(super) fn form(&self) -> Form {
        Form::showing([
            ("actor", self.actor.as_str()),
            ("action", self.action.as_str()),
            ("target", self.target.as_str()),
            ("way", self.way.as_str()),
            ("address", self.address.as_str()),
            ("request", self.request.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
        ])
    }

    pub(super) fn is_filtered(&self) -> bool {
        let unfiltered = Self {
            cursor: self.cursor.clone(),
            ..Self::default()
        };
        *self != unfiltered
    }

    /// The filter for the records, and the cursor of the page. Invalid values become errors of the form.
    pub(super) async fn filter(
        &self,
        viewer: &Viewer,
        form: &mut Form,
    ) -> Result<(AuditFilter, Window, Option<Cursor>), Failed> {
        let (actor, target) = (self.actor.trim().to_owned(), self.target.trim().to_owned());
        let look = move |account: &Account, asks: &Actor, now| {
            need_reports(account, asks, now)?;
            Ok((named(account, &actor), named(account, &target)))
        };
        let (_, (actor, target)) = viewer.look(None, look).await?;
        let window = days::window(form, viewer).await;
        let filter = AuditFilter {
            span: window.span(),
            actor: one(form, "actor", actor),
            action: Some(self.action.clone()).filter(|action| !action.is_empty()),
            target: one(form, "target", target),
            channel: read(form, "way", "This must be one of the list."),
            address: read(
                form,
                "address",
                "This must be a network address, such as 192.0.2.7 or 2001:db8::7.",
            ),
            request: Some(self.request.trim().to_owned()).filter(|request| !request.is_empty()),
        };
        let cursor = Some(self.cursor.as_str()).filter(|cursor| !cursor.is_empty());
        let cursor = cursor.map(str::parse).transpose().map_err(|_| {
            let refusal = Refusal::Invalid {
                field: "cursor",
                expected: "one that this list gave out".to_owned(),
            };
            usher_app::Problem::refused(&refusal, None)
        })?;
        Ok((filter, window, cursor))
    }

    /// The URL of the list with the same filters, from a cursor on.
    pub(super) fn at(&self, path: &str, cursor: &str) -> String {
        let query = Self {
            cursor: cursor.to_owned(),
            ..self.clone()
        };
        crate::shown::with_query(path, &query)
    }

    /// The URL of the export with the same filters.
    pub(super) fn export(&self, path: &str, format: &str) -> String {
        let filters = self.at("", "");
        let filters = filters.trim_start_matches('?');
        let and = if filters.is_empty() { "" } else { "&" };
        format!("{path}/export?format={format}{and}{filters}")
    }
}

/// Parses a field, unless it is empty. If it is invalid, adds an error that says what the field takes.
fn read<T: FromStr>(form: &mut Form, field: &str, takes: &str) -> Option<T> {
    let typed = form.value(field).trim();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        form.wrong(field, takes);
    }
    read
}

/// The id that was found. Otherwise adds an error that says why not.
pub(crate) fn one(form: &mut Form, field: &str, named: Option<Named>) -> Option<String> {
    match named? {
        Named::One(id) => return Some(id),
        Named::None => form.wrong(
            field,
            "Nobody and nothing here has this name. What is deleted is found by its id.",
        ),
        Named::Many => form.wrong(
            field,
            "Several have this name. Type the e-mail address or the id.",
        ),
    }
    None
}

/// The id that a text denotes: an id itself, or the id of the user or key with this name or address. `None` if the
/// text is empty.
pub(crate) fn named(account: &Account, text: &str) -> Option<Named> {
    if text.is_empty() {
        return None;
    }
    let is_word = matches!(
        text,
        "operator" | "customer" | "single_sign_on" | "system" | "account"
    );
    let is_id = text.split_once('_').is_some_and(|(_, digits)| digits.len() == 26);
    if is_word || is_id {
        return Some(Named::One(text.to_owned()));
    }
    let by_email = text.parse().ok().and_then(|email| account.user_by_email(&email));
    if let Some(user) = by_email {
        return Some(Named::One(user.id.to_string()));
    }
    let wanted = folded(text);
    let is = |name: &usher_domain::text::Name| folded(name.as_str()) == wanted;
    let users = account
        .users()
        .values()
        .filter(|user| is(user.profile.name.reveal()));
    let pools = account.pools().values().filter(|pool| is(&pool.name));
    let teams = account.teams().values().filter(|team| is(&team.name));
    let groups = account.groups().values().filter(|group| is(&group.name));
    let keys = account.api_keys().values().filter(|key| is(&key.name));
    let mut found = users
        .map(|user| user.id.to_string())
        .chain(pools.map(|pool| pool.id.to_string()))
        .chain(teams.map(|team| team.id.to_string()))
        .chain(groups.map(|group| group.id.to_string()))
        .chain(keys.map(|key| key.id.to_string()));
    Some(match (found.next(), found.next()) {
        (Some(id), None) => Named::One(id),
        (None, _) => Named::None,
        (Some(_), Some(_)) => Named::Many,
    })
}
