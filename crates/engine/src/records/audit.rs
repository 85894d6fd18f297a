//! The audit: everything that people change, and what they do to one another.

use serde::Serialize;
use serde_json::{Value, json};
use usher_domain::event::{
    AccountEvent, ApiKeyEvent, By, CredentialEvent, EndReason, GroupEvent, PoolEvent, SessionEvent,
    SignInEvent, TeamEvent, TicketEvent, UserEvent,
};
use usher_domain::labels::Labelled;
use usher_domain::link::LinkPurpose;
use usher_domain::presence::SessionState;
use usher_domain::purchase::{RequestOutcome, SubscriptionRequest};
use usher_domain::seat_request::SeatRequestAnswer;
use usher_domain::single_sign_on::ProviderChange;
use usher_domain::{Event, OperatorKeyId, SessionId};
use usher_journal::{Audit, Record, Text};

use super::{Context, Recorder};

/// One entry of the audit.
struct Line {
    action: &'static str,
    target: Option<Text>,
    detail: Option<Value>,
}

impl Recorder {
    pub(super) fn note_audit(&mut self, context: &Context<'_>, event: &Event) {
        let Some(line) = line(context, event) else { return };
        let entry = Audit {
            actor: context.actor.clone(),
            action: Text::Static(line.action),
            target: line.target,
            detail: line.detail.map(|detail| Text::from(detail.to_string()).into()),
            cause: Some(context.cause.text().into()),
        };
        let index = self.audits;
        self.records.push(Record::Audit { index, entry });
        self.audits += 1;
    }
}

impl Line {
    fn new(action: &'static str, target: &impl ToString, detail: Option<Value>) -> Self {
        Self {
            action,
            target: Some(target.to_string().into()),
            detail,
        }
    }

    /// A line that says what the event does, field by field.
    fn of(action: &'static str, target: &impl ToString, event: &impl Serialize) -> Self {
        Self::new(action, target, fields(event))
    }
}

/// The target of what changes the account itself.
const ACCOUNT: &str = "account";

fn line(context: &Context<'_>, event: &Event) -> Option<Line> {
    match event {
        Event::Account(event) => account(context, event),
        Event::ApiKey(event) => api_key(context, event),
        Event::User(event) => user(context, event),
        Event::Credential(event) => Some(credential(event)),
        Event::Pool(event) => pool(context, event),
        Event::Team(event) => team(context, event),
        Event::Group(event) => group(context, event),
        Event::SignIn(event) => sign_in(context, event),
        Event::Session(event) => session(context, event),
        Event::Ticket(event) => ticket(context, event),
        // Nobody does these: they follow.
        Event::Lease(_) | Event::Minutes(_) | Event::Refusal(_) => None,
    }
}

fn account(context: &Context<'_>, event: &AccountEvent) -> Option<Line> {
    Some(match event {
        AccountEvent::Created { id, .. } => Line::of("account.created", id, event),
        AccountEvent::Renamed { .. } => Line::of("account.renamed", &ACCOUNT, event),
        AccountEvent::Deleted {} => Line::of("account.deleted", &ACCOUNT, event),
        AccountEvent::SubscriptionSet { .. } => Line::of("subscription.set", &ACCOUNT, event),
        AccountEvent::Renewed { .. } => Line::of("subscription.renewed", &ACCOUNT, event),
        AccountEvent::Ended { .. } => Line::of("subscription.ended", &ACCOUNT, event),
        AccountEvent::SeatsEnded { .. } => Line::of("subscription.seats_ended", &ACCOUNT, event),
        AccountEvent::GiveBackChosen { .. } => Line::of("subscription.give_back_chosen", &ACCOUNT, event),
        AccountEvent::MinutesAdded { .. } => Line::of("minutes.added", &ACCOUNT, event),
        AccountEvent::MinutesEnded { .. } => Line::of("minutes.ended", &ACCOUNT, event),
        AccountEvent::ManagementSet { .. } => Line::of("subscription.management_set", &ACCOUNT, event),
        AccountEvent::Requested { id, .. } => Line::of("subscription.requested", id, event),
        AccountEvent::RequestAnswered { id, outcome, .. } => {
            let action = match outcome {
                RequestOutcome::Approved | RequestOutcome::Changed { .. } => "subscription.request_approved",
                RequestOutcome::Declined => "subscription.request_declined",
            };
            Line::of(action, id, event)
        }
        AccountEvent::RequestRemoved { id, .. } => {
            let request = context.before.and_then(|before| before.subscription_request(*id));
            let is_open = request.is_some_and(SubscriptionRequest::is_open);
            let action = if is_open {
                "subscription.request_withdrawn"
            } else {
                "subscription.request_dismissed"
            };
            Line::new(action, id, None)
        }
        AccountEvent::SettingsChanged { .. } => Line::of("settings.changed", &ACCOUNT, event),
        AccountEvent::Labelled { subject, .. } => match subject {
            Labelled::Account => Line::of("account.labelled", &ACCOUNT, event),
            Labelled::User(id) => Line::of("user.labelled", id, event),
            Labelled::Pool(id) => Line::of("pool.labelled", id, event),
            Labelled::Session(_) => return None,
        },
        // The seats that are given back then have lines of their own.
        AccountEvent::SeatsLeaving { .. } | AccountEvent::WallClockRead { .. } => return None,
    })
}

fn api_key(context: &Context<'_>, event: &ApiKeyEvent) -> Option<Line> {
    Some(match event {
        ApiKeyEvent::Created { id, .. } => Line::of("api_key.created", id, event),
        ApiKeyEvent::Rotated { id, .. } => Line::of("api_key.rotated", id, event),
        ApiKeyEvent::Revoked { id } => {
            let key = context.before?.api_keys().get(id)?;
            Line::new("api_key.revoked", id, Some(json!({ "name": key.name })))
        }
    })
}

fn user(context: &Context<'_>, event: &UserEvent) -> Option<Line> {
    Some(match event {
        UserEvent::Created { id, .. } => Line::of("user.created", id, event),
        UserEvent::Changed { id, .. } => Line::of("user.changed", id, event),
        UserEvent::Activated { id, active: true } => Line::of("user.activated", id, event),
        UserEvent::Activated { id, active: false } => Line::of("user.deactivated", id, event),
        UserEvent::Deleted { id } => {
            let profile = &context.before?.user(*id)?.profile;
            let detail = json!({ "name": profile.name, "email": profile.email });
            Line::new("user.deleted", id, Some(detail))
        }
        UserEvent::LicenseSet {
            user,
            license: Some(_),
            ..
        } => Line::of("license.set", user, event),
        UserEvent::LicenseSet {
            user, license: None, ..
        } => Line::of("license.removed", user, event),
        UserEvent::LicenseLent { user, .. } => Line::of("license.lent", user, event),
        UserEvent::SeatRequested { user, .. } => Line::of("seat_request.sent", user, event),
        UserEvent::SeatRequestAnswered { user, answer, .. } => {
            let action = match answer {
                SeatRequestAnswer::Withdrawn => "seat_request.withdrawn",
                SeatRequestAnswer::Granted => "seat_request.granted",
                SeatRequestAnswer::Declined { .. } => "seat_request.declined",
            };
            Line::of(action, user, event)
        }
        UserEvent::DirectoryEntrySet { user, .. } => Line::of("user.directory_entry_set", user, event),
        UserEvent::RoleGiven { user, .. } => Line::of("user.role_given", user, event),
    })
}

fn credential(event: &CredentialEvent) -> Line {
    match event {
        CredentialEvent::PasswordSet { user, .. } => Line::of("user.password_set", user, event),
        CredentialEvent::SecondFactorSet { user } => Line::of("user.second_factor_set", user, event),
        CredentialEvent::SecondFactorRemoved { user } => Line::of("user.second_factor_removed", user, event),
        CredentialEvent::LinkMade { user, purpose } => {
            let action = match purpose {
                LinkPurpose::Invitation => "user.invited",
                LinkPurpose::Reset => "user.password_reset_link_made",
            };
            Line::of(action, user, event)
        }
        CredentialEvent::LinkRevoked { user, purpose } => {
            let action = match purpose {
                LinkPurpose::Invitation => "user.invitation_revoked",
                LinkPurpose::Reset => "user.password_reset_link_revoked",
            };
            Line::of(action, user, event)
        }
        CredentialEvent::ProviderChanged { change } => {
            let action = match change {
                ProviderChange::Made { .. } => "single_sign_on.set_up",
                ProviderChange::Changed { .. } => "single_sign_on.changed",
                ProviderChange::Removed { .. } => "single_sign_on.removed",
                ProviderChange::DomainProved { .. } => "single_sign_on.domain_proved",
                ProviderChange::DomainProofWithdrawn { .. } => "single_sign_on.domain_proof_withdrawn",
            };
            Line::of(action, &ACCOUNT, change)
        }
    }
}

fn pool(context: &Context<'_>, event: &PoolEvent) -> Option<Line> {
    Some(match event {
        PoolEvent::Created { id, .. } => Line::of("pool.created", id, event),
        PoolEvent::Changed { id, .. } => Line::of("pool.changed", id, event),
        PoolEvent::Deleted { id } => {
            let pool = context.before?.pool(*id)?;
            let detail = json!({ "name": pool.name, "product": pool.product, "seats": pool.seats });
            Line::new("pool.deleted", id, Some(detail))
        }
    })
}

fn team(context: &Context<'_>, event: &TeamEvent) -> Option<Line> {
    Some(match event {
        TeamEvent::Created { id, .. } => Line::of("team.created", id, event),
        TeamEvent::Changed { id, .. } => Line::of("team.changed", id, event),
        TeamEvent::Filled { id, .. } => Line::of("team.filled", id, event),
        TeamEvent::Deleted { id } => {
            let team = context.before?.teams().get(id)?;
            Line::new("team.deleted", id, Some(json!({ "name": team.name })))
        }
    })
}

fn group(context: &Context<'_>, event: &GroupEvent) -> Option<Line> {
    Some(match event {
        GroupEvent::Created { id, .. } => Line::of("group.created", id, event),
        GroupEvent::Changed { id, .. } => Line::of("group.changed", id, event),
        GroupEvent::MembersChanged { id, .. } => Line::of("group.members_changed", id, event),
        GroupEvent::Mapped { id, .. } => Line::of("group.mapped", id, event),
        GroupEvent::Deleted { id } => {
            let group = context.before?.group(*id)?;
            Line::new("group.deleted", id, Some(json!({ "name": group.name })))
        }
    })
}

/// What one person does to another's sign-in (S10), or an operator key as a user.
fn sign_in(context: &Context<'_>, event: &SignInEvent) -> Option<Line> {
    let is_as_a_user = is_as_a_user(context);
    match event {
        SignInEvent::SignedIn { id, .. } if is_as_a_user => Some(Line::of("sign_in.created", id, event)),
        SignInEvent::Ended { id, reason, by } => {
            let is_evicted = *reason == EndReason::Evicted;
            let action = if is_evicted {
                "sign_in.evicted"
            } else {
                "sign_in.ended"
            };
            if !is_evicted && !is_as_a_user {
                return None;
            }
            let sign_in = context.before?.sign_ins().get(id)?;
            let note = note(by.as_ref());
            let detail = json!({ "user": sign_in.user, "device": sign_in.device.name, "note": note });
            Some(Line::new(action, id, Some(detail)))
        }
        SignInEvent::SignedIn { .. }
        | SignInEvent::ActivityReported { .. }
        | SignInEvent::LogOffWarned { .. }
        | SignInEvent::ReclaimWarned { .. }
        | SignInEvent::ReclaimCancelled { .. }
        | SignInEvent::SeatLocked { .. } => None,
    }
}

/// What one person does to another's session (S9), or an operator key as a user.
fn session(context: &Context<'_>, event: &SessionEvent) -> Option<Line> {
    let is_as_a_user = is_as_a_user(context);
    match event {
        SessionEvent::Ending { id, by, .. } => session_ended(context, *id, Some(by)),
        SessionEvent::Ended { id, reason, by } => {
            // If there was a notice, the audit already says who ended it.
            let is_by_another = *reason == EndReason::EndedByOther && !is_ending(context, *id);
            (is_by_another || is_as_a_user)
                .then(|| session_ended(context, *id, by.as_ref()))
                .flatten()
        }
        // Without the session's code.
        SessionEvent::Created {
            id, sign_in, kind, ..
        } if is_as_a_user => {
            let detail = json!({ "sign_in": sign_in, "kind": kind });
            Some(Line::new("session.created", id, Some(detail)))
        }
        SessionEvent::Connected { id, .. } if is_as_a_user => Some(Line::of("session.connected", id, event)),
        SessionEvent::Paused { id } if is_as_a_user => Some(Line::of("session.paused", id, event)),
        SessionEvent::Resumed { id, .. } if is_as_a_user => Some(Line::of("session.resumed", id, event)),
        SessionEvent::Created { .. }
        | SessionEvent::Connected { .. }
        | SessionEvent::CustomerJoined { .. }
        | SessionEvent::Paused { .. }
        | SessionEvent::Resumed { .. } => None,
    }
}

fn session_ended(context: &Context<'_>, id: SessionId, by: Option<&By>) -> Option<Line> {
    let session = context.before?.sessions().get(&id)?;
    let detail = json!({ "user": session.user, "note": note(by) });
    Some(Line::new("session.ended", &id, Some(detail)))
}

/// What one person does to another's place in the queue, or an operator key as a user.
fn ticket(context: &Context<'_>, event: &TicketEvent) -> Option<Line> {
    match event {
        TicketEvent::Ended { id, reason, .. } => {
            let is_dropped = *reason == EndReason::Evicted;
            if !is_dropped && !is_as_a_user(context) {
                return None;
            }
            let action = if is_dropped {
                "ticket.dropped"
            } else {
                "ticket.left"
            };
            let ticket = context.before?.tickets().get(id)?;
            Some(Line::new(action, id, Some(json!({ "user": ticket.user }))))
        }
        TicketEvent::Opened { .. } | TicketEvent::Offered { .. } => None,
    }
}

/// Whether an operator key acts as a user: the user is the actor, and the key the credential.
fn is_as_a_user(context: &Context<'_>) -> bool {
    let is_operator = |credential: &Text| credential.starts_with(OperatorKeyId::PREFIX);
    &**context.actor != "operator" && context.cause.credential.as_ref().is_some_and(is_operator)
}

fn is_ending(context: &Context<'_>, id: SessionId) -> bool {
    let session = context.before.and_then(|before| before.sessions().get(&id));
    session.is_some_and(|session| matches!(session.state, SessionState::Ending { .. }))
}

fn note(by: Option<&By>) -> Option<&str> {
    by?.note.as_ref().map(|note| note.reveal().as_str())
}

/// The fields of an event, or of a part of one, without its name.
fn fields(of: &impl Serialize) -> Option<Value> {
    match serde_json::to_value(of).ok()? {
        Value::Object(named) => named.into_iter().next().map(|(_, fields)| fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}
