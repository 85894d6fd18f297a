//! The form for what a group gives its members.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use usher_domain::command::GroupCommand;
use usher_domain::directory::GroupMapping;
use usher_domain::permission::{Privilege, Role};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Actor, Command, GroupId, Refusal};

use super::group::{GroupPath, ask_first, carry_out, group_id};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::order;
use crate::pages::users::licenses::{self, LicenseField, field_of, license_word, product_of};
use crate::pages::users::{Choice, role_of, role_word};

/// The roles that a group can give.
const ROLES: [(&str, &str); 2] = [("manager", "Manager"), ("admin", "Admin")];

/// The form, with the choices of each field.
pub(super) struct MappingForm {
    pub(super) teams: Vec<Choice>,
    /// `None` if the viewer may not give roles; then `role` shows the current one.
    pub(super) roles: Option<Vec<Choice>>,
    pub(super) role: String,
    pub(super) licenses: Vec<LicenseField>,
}

/// The submitted values, for a form that is shown again.
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    pub(super) fn of(form: &Form) -> Self {
        Self(form.entries().collect())
    }

    fn or<'a>(&'a self, name: &str, there: &'a str) -> &'a str {
        self.0.get(name).map_or(there, String::as_str)
    }
}

impl MappingForm {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        mapping: &GroupMapping,
        typed: Option<&Typed>,
    ) -> Self {
        let chosen = |name: &str, there: String| match typed {
            Some(typed) => typed.or(name, &there).to_owned(),
            None => there,
        };
        let team = chosen("team", mapping.team.map(|id| id.to_string()).unwrap_or_default());
        let role = chosen("role", mapping.role.map(role_word).unwrap_or_default().to_owned());
        let teams = order::teams(account)
            .into_iter()
            .map(|team| (team.id.to_string(), team.name.to_string()));
        let roles = ROLES
            .into_iter()
            .map(|(word, label)| (word.to_owned(), label.to_owned()));
        let bought = account.subscription().products.keys();
        let all: std::collections::BTreeSet<_> = bought.chain(mapping.licenses.keys()).collect();
        let licenses = all.into_iter().map(|product| {
            let there = mapping.licenses.get(product);
            let field = field_of(product);
            let chosen = chosen(&field, license_word(there));
            // A group may give what is not left now: an empty one gives nothing yet.
            let choices = licenses::choices(account, product, &chosen, "Nothing");
            LicenseField {
                product: account.product_name(product),
                choices: choices.into_iter().map(Choice::available).collect(),
                field,
            }
        });
        Self {
            teams: offer("No team", teams, &team),
            roles: account
                .is_admin(actor)
                .then(|| offer("No role: they stay what they are", roles, &role)),
            role,
            licenses: licenses.collect(),
        }
    }
}

fn offer(none: &str, all: impl Iterator<Item = (String, String)>, chosen: &str) -> Vec<Choice> {
    let first = Choice::new("", none, chosen);
    let rest = all.map(|(value, label)| Choice::new(value, label, chosen));
    std::iter::once(first).chain(rest).collect()
}

pub(super) async fn save(
    Path((_, group)): GroupPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = group_id(&group)?;
    let before = viewer
        .look(None, move |account, actor, _| before(account, actor, id))
        .await?
        .1;
    let mapping = read(&mut form, before);
    if !form.is_right() {
        return super::group::again(&viewer, id, form).await;
    }
    let message = if mapping.is_empty() {
        "The group gives nothing now.".to_owned()
    } else {
        "Everybody in the group has this now, and users who are added get it.".to_owned()
    };
    let command = Command::Group(GroupCommand::Map { id, mapping });
    if let Some(asked) = ask_first(&viewer, &form, id, "mapping", &command).await? {
        return Ok(asked);
    }
    carry_out(&viewer, id, command, message, form, "mapping").await
}

/// The current mapping. If the form does not offer roles, its role stays.
fn before(account: &Account, actor: &Actor, id: GroupId) -> Result<GroupMapping, Refusal> {
    account.need_to_manage(actor, Privilege::SettingsManage, "group")?;
    let group = account.group(id).ok_or(Refusal::NotFound { what: "group" })?;
    Ok(group.mapping.clone())
}

/// The mapping from the form. Products without a field keep theirs.
fn read(form: &mut Form, before: GroupMapping) -> GroupMapping {
    let fields: Vec<(String, String)> = form.entries().collect();
    let mut mapping = before;
    for (name, value) in fields {
        match name.as_str() {
            "team" => match value.as_str() {
                "" => mapping.team = None,
                id => match id.parse() {
                    Ok(id) => mapping.team = Some(id),
                    Err(_) => form.wrong("team", "Choose one of the teams."),
                },
            },
            "role" => match (value.as_str(), role_of(&value)) {
                ("", _) => mapping.role = None,
                (_, Some(role @ (Role::Manager | Role::Admin))) => mapping.role = Some(role),
                _ => form.wrong("role", "Choose one of the roles."),
            },
            name => {
                if let Some(product) = product_of(name) {
                    read_license(form, &mut mapping, product, name, &value);
                }
            }
        }
    }
    mapping
}

fn read_license(form: &mut Form, mapping: &mut GroupMapping, product: Product, field: &str, value: &str) {
    let license = match value {
        "none" => {
            mapping.licenses.remove(&product);
            return;
        }
        "named" => Ok(License::Named),
        pool => pool.parse().map(License::Shared),
    };
    match license {
        Ok(license) => {
            mapping.licenses.insert(product, license);
        }
        Err(_) => form.wrong(field, "Choose one of the seats."),
    }
}
