//! What an auditor may ask for: everything that people change, and what they do to one another.

use serde::Serialize;
use serde_json::{Value, json};
use usher_domain::event::{By, EndReason};
use usher_domain::labels::Labelled;
use usher_domain::presence::SessionState;
use usher_domain::single_sign_on::ProviderChange;
use usher_domain::{Event, OperatorKeyId, SessionId};
use usher_journal::{Record, Text};

use super::{Context, Recorder};

/// One line of the audit.
struct Line {
    action: &'static str,
    target: Option<Text>,
    detail: Option<Value>,
}

impl Recorder {
    pub(super) fn note_audit(&mut self, context: &Context<'_>, event: &Event) {
        let Some(line) = line(context, event) else { return };
        self.records.push(Record::Audit {
            index: self.audits,
            actor: context.actor.clone(),
            action: Text::Static(line.action),
            target: line.target,
            detail: line.detail.map(|detail| detail.to_string().into()),
            cause: Some(context.cause.text()),
        });
        self.audits += 1;
    }
}

fn line(context: &Context<'_>, event: &Event) -> Option<Line> {
    let (action, target) = administration(event)
        .or_else(|| action_on_another(context, event))
        .or_else(|| action_as_a_user(context, event))?;
    let detail = match event {
        Event::UserDeleted { id } => {
            let user = context.before?.user(*id)?;
            Some(json!({ "name": user.profile.name, "email": user.profile.email }))
        }
        Event::PoolDeleted { id } => {
            let pool = context.before?.pool(*id)?;
            Some(json!({ "name": pool.name, "product": pool.product, "seats": pool.seats }))
        }
        Event::TeamDeleted { id } => {
            let team = context.before?.teams().get(id)?;
            Some(json!({ "name": team.name }))
        }
        Event::GroupDeleted { id } => {
            let group = context.before?.group(*id)?;
            Some(json!({ "name": group.name }))
        }
        Event::ApiKeyRevoked { id } => {
            let key = context.before?.api_keys().get(id)?;
            Some(json!({ "name": key.name }))
        }
        Event::ProviderChanged { change } => variant(change),
        Event::SignInEnded { id, by, .. } => {
            let sign_in = context.before?.sign_ins().get(id)?;
            Some(json!({ "user": sign_in.user, "device": sign_in.device.name, "note": note(by.as_ref()) }))
        }
        Event::SessionEnding { id, by, .. } => {
            let session = context.before?.sessions().get(id)?;
            Some(json!({ "user": session.user, "note": note(Some(by)) }))
        }
        Event::SessionEnded { id, by, .. } => {
            let session = context.before?.sessions().get(id)?;
            Some(json!({ "user": session.user, "note": note(by.as_ref()) }))
        }
        // Without the code of the session.
        Event::SessionCreated { sign_in, kind, .. } => Some(json!({ "sign_in": sign_in, "kind": kind })),
        Event::TicketEnded { id, .. } => {
            let ticket = context.before?.tickets().get(id)?;
            Some(json!({ "user": ticket.user }))
        }
        event => variant(event),
    };
    Some(Line {
        action,
        target: Some(target),
        detail,
    })
}

fn note(by: Option<&By>) -> Option<&str> {
    by?.note.as_ref().map(usher_domain::text::Note::as_str)
}

/// What people change, and what it is.
fn administration(event: &Event) -> Option<(&'static str, Text)> {
    Some(match event {
        Event::AccountCreated { id, .. } => ("account.created", id.to_string().into()),
        Event::AccountRenamed { .. } => ("account.renamed", ACCOUNT),
        Event::Labelled { subject, .. } => match subject {
            Labelled::Account => ("account.labelled", ACCOUNT),
            Labelled::User(id) => ("user.labelled", id.to_string().into()),
            Labelled::Pool(id) => ("pool.labelled", id.to_string().into()),
            Labelled::Session(_) => return None,
        },
        Event::AccountDeleted {} => ("account.deleted", ACCOUNT),
        Event::SubscriptionSet { .. } => ("subscription.set", ACCOUNT),
        Event::MinutesAdded { .. } => ("minutes.added", ACCOUNT),
        Event::SettingsChanged { .. } => ("settings.changed", ACCOUNT),
        Event::ApiKeyCreated { id, .. } => ("api_key.created", id.to_string().into()),
        Event::ApiKeyRotated { id, .. } => ("api_key.rotated", id.to_string().into()),
        Event::ApiKeyRevoked { id } => ("api_key.revoked", id.to_string().into()),
        Event::UserCreated { id, .. } => ("user.created", id.to_string().into()),
        Event::UserChanged { id, .. } => ("user.changed", id.to_string().into()),
        Event::UserActivated { id, active: true } => ("user.activated", id.to_string().into()),
        Event::UserActivated { id, active: false } => ("user.deactivated", id.to_string().into()),
        Event::UserDeleted { id } => ("user.deleted", id.to_string().into()),
        Event::PasswordSet { user } => ("user.password_set", user.to_string().into()),
        Event::SecondFactorSet { user } => ("user.second_factor_set", user.to_string().into()),
        Event::SecondFactorRemoved { user } => ("user.second_factor_removed", user.to_string().into()),
        Event::ProviderChanged { change } => {
            let action = match change {
                ProviderChange::Made { .. } => "single_sign_on.set_up",
                ProviderChange::Changed { .. } => "single_sign_on.changed",
                ProviderChange::Removed { .. } => "single_sign_on.removed",
                ProviderChange::DomainProved { .. } => "single_sign_on.domain_proved",
                ProviderChange::DomainProofWithdrawn { .. } => "single_sign_on.domain_proof_withdrawn",
            };
            (action, ACCOUNT)
        }
        Event::LicenseSet { user, license, .. } => {
            let action = if license.is_some() {
                "license.set"
            } else {
                "license.removed"
            };
            (action, user.to_string().into())
        }
        Event::PoolCreated { id, .. } => ("pool.created", id.to_string().into()),
        Event::PoolChanged { id, .. } => ("pool.changed", id.to_string().into()),
        Event::PoolDeleted { id } => ("pool.deleted", id.to_string().into()),
        Event::TeamCreated { id, .. } => ("team.created", id.to_string().into()),
        Event::TeamChanged { id, .. } => ("team.changed", id.to_string().into()),
        Event::TeamDeleted { id } => ("team.deleted", id.to_string().into()),
        event => return of_directory(event),
    })
}

fn of_directory(event: &Event) -> Option<(&'static str, Text)> {
    Some(match event {
        Event::DirectoryEntrySet { user, .. } => ("user.directory_entry_set", user.to_string().into()),
        Event::RoleGiven { user, .. } => ("user.role_given", user.to_string().into()),
        Event::TeamFilled { id, .. } => ("team.filled", id.to_string().into()),
        Event::GroupCreated { id, .. } => ("group.created", id.to_string().into()),
        Event::GroupChanged { id, .. } => ("group.changed", id.to_string().into()),
        Event::GroupMembersChanged { id, .. } => ("group.members_changed", id.to_string().into()),
        Event::GroupMapped { id, .. } => ("group.mapped", id.to_string().into()),
        Event::GroupDeleted { id } => ("group.deleted", id.to_string().into()),
        _ => return None,
    })
}

const ACCOUNT: Text = Text::Static("account");

/// What one person does to another's sign-in, session or ticket (S9, S10).
fn action_on_another(context: &Context<'_>, event: &Event) -> Option<(&'static str, Text)> {
    Some(match event {
        Event::SignInEnded {
            id,
            reason: EndReason::Evicted,
            ..
        } => ("sign_in.evicted", id.to_string().into()),
        Event::SessionEnding { id, .. } => ("session.ended", id.to_string().into()),
        // Where notice was given, it was on record already that somebody ended it.
        Event::SessionEnded {
            id,
            reason: EndReason::EndedByOther,
            ..
        } if !is_ending(context, *id) => ("session.ended", id.to_string().into()),
        Event::TicketEnded {
            id,
            reason: EndReason::Evicted,
            ..
        } => ("ticket.dropped", id.to_string().into()),
        _ => return None,
    })
}

/// What an operator key does as a user: the user is the actor, and the key the credential.
fn action_as_a_user(context: &Context<'_>, event: &Event) -> Option<(&'static str, Text)> {
    let is_operator = |credential: &Text| credential.starts_with(OperatorKeyId::PREFIX);
    if &**context.actor == "operator" || !context.cause.credential.as_ref().is_some_and(is_operator) {
        return None;
    }
    Some(match event {
        Event::SignedIn { id, .. } => ("sign_in.created", id.to_string().into()),
        Event::SignInEnded { id, .. } => ("sign_in.ended", id.to_string().into()),
        Event::SessionCreated { id, .. } => ("session.created", id.to_string().into()),
        Event::SessionConnected { id, .. } => ("session.connected", id.to_string().into()),
        Event::SessionPaused { id } => ("session.paused", id.to_string().into()),
        Event::SessionResumed { id, .. } => ("session.resumed", id.to_string().into()),
        Event::SessionEnded { id, .. } => ("session.ended", id.to_string().into()),
        Event::TicketEnded { id, .. } => ("ticket.left", id.to_string().into()),
        _ => return None,
    })
}

fn is_ending(context: &Context<'_>, id: SessionId) -> bool {
    let session = context.before.and_then(|before| before.sessions().get(&id));
    session.is_some_and(|session| matches!(session.state, SessionState::Ending { .. }))
}

/// What an event says, or a part of one, without its name.
fn variant(of: &impl Serialize) -> Option<Value> {
    match serde_json::to_value(of).ok()? {
        Value::Object(variant) => variant.into_iter().next().map(|(_, body)| body),
        _ => None,
    }
}
