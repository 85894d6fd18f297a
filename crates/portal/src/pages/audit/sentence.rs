//! Audit entries as sentences: "Eva Owner · gave Sven a seat of Day shift".

use serde_json::Value;
use usher_domain::text::counted;
use usher_journal::AuditRow;

use super::provider;
use super::view::Names;
use crate::linked::Linked;
use crate::said::named;

/// An action, by its name in the records and its words.
pub(super) struct Action {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    /// The phrase; `{}` is replaced by the target.
    phrase: &'static str,
}

const fn action(word: &'static str, label: &'static str, phrase: &'static str) -> Action {
    Action { word, label, phrase }
}

/// All actions in the audit.
pub(super) const ACTIONS: &[Action] = &[
    action("user.created", "User created", "created the user {}"),
    action("user.changed", "User changed", "changed the user {}"),
    action("user.activated", "User activated", "activated {}"),
    action("user.deactivated", "User deactivated", "deactivated {}"),
    action("user.deleted", "User deleted", "deleted the user {}"),
    action("user.password_set", "Password set", "set the password of {}"),
    action("user.invited", "User invited", "invited {}"),
    action(
        "user.invitation_revoked",
        "Invitation revoked",
        "revoked the invitation of {}",
    ),
    action(
        "user.password_reset_link_made",
        "Password reset link created",
        "created a password reset link for {}",
    ),
    action(
        "user.password_reset_link_revoked",
        "Password reset link revoked",
        "revoked the password reset link of {}",
    ),
    action(
        "user.second_factor_set",
        "Second factor set up",
        "set up the second factor of {}",
    ),
    action(
        "user.second_factor_removed",
        "Second factor removed",
        "removed the second factor of {}",
    ),
    action(
        "user.role_given",
        "Role given by a group",
        "gave {} the role of a group",
    ),
    action(
        "user.directory_entry_set",
        "Directory entry set",
        "noted what the directory calls {}",
    ),
    action("license.set", "License assigned", "gave {} a license"),
    action("license.removed", "License removed", "took the license from {}"),
    action("license.lent", "License lent", "lent {} the license until a date"),
    action("seat_request.sent", "Seat asked for", "asked for a seat for {}"),
    action(
        "seat_request.withdrawn",
        "Request for a seat withdrawn",
        "withdrew the request of {} for a seat",
    ),
    action(
        "seat_request.granted",
        "Request for a seat granted",
        "granted the request of {} for a seat",
    ),
    action(
        "seat_request.declined",
        "Request for a seat declined",
        "declined the request of {} for a seat",
    ),
    action("sign_in.evicted", "User logged out", "logged {} out"),
    action("session.ended", "Session ended", "ended a session of {}"),
    action("ticket.dropped", "Ticket dropped", "took {} out of the queue"),
    action("pool.created", "Seat pool created", "created the seat pool {}"),
    action("pool.changed", "Seat pool changed", "changed the seat pool {}"),
    action("pool.deleted", "Seat pool deleted", "deleted the seat pool {}"),
    action("team.created", "Team created", "created the team {}"),
    action("team.changed", "Team changed", "changed the team {}"),
    action("team.deleted", "Team deleted", "deleted the team {}"),
    action(
        "team.filled",
        "Team filled by a group",
        "brought people of a group into the team {}, or out of it",
    ),
    action("group.created", "Group created", "created the group {}"),
    action("group.changed", "Group changed", "changed the group {}"),
    action(
        "group.members_changed",
        "Group members changed",
        "changed who is in the group {}",
    ),
    action("group.mapped", "Group mapped", "changed what the group {} gives"),
    action("group.deleted", "Group deleted", "deleted the group {}"),
    action("api_key.created", "API key created", "created the API key {}"),
    action(
        "api_key.rotated",
        "API key rotated",
        "drew a new secret for the API key {}",
    ),
    action("api_key.revoked", "API key revoked", "revoked the API key {}"),
    action("subscription.set", "Subscription set", "set the subscription"),
    action(
        "subscription.renewed",
        "Subscription renewed",
        "renewed the subscription",
    ),
    action(
        "subscription.ended",
        "Subscription ended",
        "ended the subscription",
    ),
    action(
        "subscription.seats_ended",
        "Temporary seats ended",
        "ended temporary seats",
    ),
    action(
        "subscription.give_back_chosen",
        "Seats to give back chosen",
        "chose which seats are given back",
    ),
    action("minutes.ended", "Minutes ended", "ended what was left of minutes"),
    action("minutes.added", "Minutes added", "added pay-per-use minutes"),
    action(
        "subscription.management_set",
        "Management of the subscription set",
        "set how the subscription is managed",
    ),
    action(
        "subscription.requested",
        "Subscription change requested",
        "asked the operator for a change of the subscription",
    ),
    action(
        "subscription.request_approved",
        "Subscription change approved",
        "approved a change of the subscription",
    ),
    action(
        "subscription.request_declined",
        "Subscription change declined",
        "declined a change of the subscription",
    ),
    action(
        "subscription.request_withdrawn",
        "Subscription request withdrawn",
        "withdrew the request for a change of the subscription",
    ),
    action(
        "subscription.request_dismissed",
        "Answer to a subscription request dismissed",
        "dismissed the answer to a request for a change of the subscription",
    ),
    action("settings.changed", "Settings changed", "changed the settings"),
    action(
        "single_sign_on.set_up",
        "Single sign-on set up",
        "set up single sign-on",
    ),
    action(
        "single_sign_on.changed",
        "Single sign-on changed",
        "changed single sign-on",
    ),
    action(
        "single_sign_on.removed",
        "Single sign-on removed",
        "removed single sign-on",
    ),
    action(
        "single_sign_on.domain_proved",
        "Domain proved",
        "proved a domain of e-mail addresses",
    ),
    action(
        "single_sign_on.domain_proof_withdrawn",
        "Proof of a domain withdrawn",
        "withdrew the proof of a domain of e-mail addresses",
    ),
    action("account.created", "Account created", "created the account"),
    action("account.renamed", "Account renamed", "renamed the account"),
    action("account.deleted", "Account deleted", "deleted the account"),
];

/// An action and its target in words.
pub(crate) struct What {
    /// What stands before the target.
    pub(crate) before: String,
    /// The target; its name is empty if the action has none.
    pub(crate) target: Linked,
    /// What stands behind the target.
    pub(crate) after: String,
}

impl What {
    pub(super) fn of(row: &AuditRow, detail: &Value, names: &Names) -> Self {
        let word = row.action.to_string();
        let known = ACTIONS.iter().find(|action| action.word == word);
        // Others were written by a newer version.
        let phrase = known.map_or_else(|| format!("{word} {{}}"), |action| action.phrase.to_owned());
        let Some((before, after)) = phrase.split_once("{}") else {
            return Self {
                before: phrase,
                target: Linked::default(),
                after: String::new(),
            };
        };
        let (name, href) = target(row, detail, names);
        Self {
            before: before.to_owned(),
            target: Linked { name, href },
            after: after.to_owned(),
        }
    }
}

/// The target of an action, by its current name, else by the one in the entry; and its page.
pub(super) fn target(row: &AuditRow, detail: &Value, names: &Names) -> (String, Option<String>) {
    // An action on a sign-in, a session or a ticket is shown as one on its user.
    let of_user = detail["user"].as_str().filter(|_| {
        let action = row.action.to_string();
        ["sign_in.", "session.", "ticket."]
            .iter()
            .any(|kind| action.starts_with(kind))
    });
    let target = row.target.as_ref().map(ToString::to_string).unwrap_or_default();
    let id = of_user.unwrap_or(&target);
    let kept = [&detail["name"], &detail["profile"]["name"]];
    let kept = kept
        .into_iter()
        .filter(|_| of_user.is_none())
        .find_map(Value::as_str);
    let name = match names.find(id).or(kept) {
        Some(name) => name.to_owned(),
        None => match id.split_once('_').map_or("", |(kind, _)| kind) {
            "user" => "a user who is deleted".to_owned(),
            "pool" => "a pool that is deleted".to_owned(),
            "team" => "a team that is deleted".to_owned(),
            "grp" => "a group that is deleted".to_owned(),
            "key" => "a key that is revoked".to_owned(),
            _ => id.to_owned(),
        },
    };
    (name, names.link(id))
}

/// The one-time link with which a password was set.
fn with_link(link: &Value, names: &Names) -> Option<String> {
    if link == "asked_for" {
        return Some("with a link that they asked for".to_owned());
    }
    let by = link.get("made_by")?;
    let actor = by["actor"].as_str()?;
    let author = match names.find(actor).or(by["name"].as_str()) {
        Some(name) => named(name),
        None if actor == "operator" => "the operator".to_owned(),
        None => "a user who is deleted".to_owned(),
    };
    Some(format!("with a link that {author} made"))
}

/// The most important details.
pub(super) fn more(row: &AuditRow, detail: &Value, names: &Names) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match row.action.to_string().as_str() {
        "license.set" => {
            let product = named(names.product(detail["product"].as_str()?));
            let seat = match detail["license"]["pool"].as_str() {
                Some(pool) => format!(
                    "a seat of {}",
                    named(names.find(pool).unwrap_or("a pool that is deleted"))
                ),
                None => "a named seat".to_owned(),
            };
            Some(match detail["group"].as_str() {
                Some(group) => format!("{product}: {seat}, by {}", named(group_name(group, names))),
                None => format!("{product}: {seat}"),
            })
        }
        "license.removed"
        | "subscription.give_back_chosen"
        | "license.lent"
        | "seat_request.withdrawn"
        | "seat_request.granted" => detail["product"].as_str().map(|slug| named(names.product(slug))),
        "seat_request.sent" | "seat_request.declined" => {
            let product = named(names.product(detail["product"].as_str()?));
            let note = text(&detail["note"]).or_else(|| text(&detail["answer"]["by"]["note"]));
            Some(note.map_or(product.clone(), |note| format!("{product}: {}", named(note))))
        }
        "user.role_given" => {
            let role = text(&detail["role"])?;
            Some(match detail["group"].as_str() {
                Some(group) => format!("{role}, by {}", named(group_name(group, names))),
                None => role,
            })
        }
        "user.password_set" => with_link(&detail["link"], names),
        "user.directory_entry_set" => text(&detail["entry"]["user_name"]).map(named),
        "group.members_changed" | "team.filled" => {
            let count = |side: &str| detail[side].as_array().map_or(0, Vec::len);
            Some(format!("{} came in, {} left", count("joined"), count("left")))
        }
        "user.created" | "user.changed" => {
            let (email, role) = (
                text(&detail["profile"]["email"])?,
                text(&detail["profile"]["role"])?,
            );
            Some(format!("{}, {role}", named(email)))
        }
        "settings.changed" => {
            let zone = text(&detail["change"]["time_zone"]).map(|zone| format!("time zone {zone}"));
            let language = text(&detail["change"]["language"]).map(|tag| format!("language {tag}"));
            let said: Vec<_> = zone.into_iter().chain(language).collect();
            (!said.is_empty()).then(|| said.join(", "))
        }
        "user.deleted" => text(&detail["email"]).map(named),
        "sign_in.evicted" => {
            let device = named(text(&detail["device"])?);
            Some(match detail["note"].as_str() {
                Some(note) => format!("on {device}: {}", named(note)),
                None => format!("on {device}"),
            })
        }
        _ => more_of_account(row, detail, names),
    }
}

/// What is said in addition of an entry about the account, its pools and teams, its subscription or its provider.
fn more_of_account(row: &AuditRow, detail: &Value, names: &Names) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match row.action.to_string().as_str() {
        "subscription.seats_ended" => {
            let seats = |kind: &str| detail["seats"][kind].as_u64().unwrap_or(0);
            let (own, shared) = (seats("named_seats"), seats("shared_seats"));
            Some(format!(
                "{}: {own} named, {shared} shared",
                detail["product"].as_str()?
            ))
        }
        "minutes.added" | "minutes.ended" => Some(counted(detail["minutes"].as_u64()?, "minute", "minutes")),
        "pool.created" | "pool.changed" | "pool.deleted" => {
            Some(counted(detail["seats"].as_u64()?, "seat", "seats"))
        }
        "team.created" | "team.changed" => {
            Some(counted(detail["members"].as_array()?.len(), "member", "members"))
        }
        "account.created" | "account.renamed" => text(&detail["name"]).map(named),
        "api_key.created" => Some(words(detail["scopes"].as_array()?)),
        "subscription.set" => {
            let products = detail["products"].as_object()?;
            let seats = |of: &Value, kind: &str| of[kind].as_u64().unwrap_or(0);
            let products = products.iter().map(|(product, of)| {
                let (own, shared) = (seats(of, "named_seats"), seats(of, "shared_seats"));
                format!("{}: {own} named, {shared} shared", named(names.product(product)))
            });
            let products: Vec<_> = products.collect();
            let plan = detail["plan"]["name"].as_str().unwrap_or_default();
            Some(format!("plan {plan}; {}", products.join("; ")))
        }
        "single_sign_on.set_up" => Some(provider::all(&detail["provider"])),
        "single_sign_on.changed" => Some(provider::changed(detail)),
        "single_sign_on.removed" => text(&detail["issuer"]),
        "single_sign_on.domain_proved" => Some(provider::proved(detail)),
        "single_sign_on.domain_proof_withdrawn" => text(&detail["domain"]),
        _ => text(&detail["note"]).map(named),
    }
}

fn group_name<'a>(id: &str, names: &'a Names) -> &'a str {
    names.find(id).unwrap_or("a group that is deleted")
}

fn words(values: &[Value]) -> String {
    let words: Vec<_> = values.iter().filter_map(Value::as_str).collect();
    words.join(", ")
}
