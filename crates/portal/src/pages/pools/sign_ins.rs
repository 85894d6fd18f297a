//! Sign-ins, as the pages of a pool show them.

use usher_domain::permission::Privilege;
use usher_domain::presence::{DeviceKind, Funding, Session, SignIn};
use usher_domain::{Account, Actor, SignInId};

use crate::doing::{self, Doing};
use crate::linked::Linked;
use crate::shown::Moment;

/// A user's sign-in on a device.
pub(super) struct SignInShown {
    pub(super) id: SignInId,
    pub(super) who: Linked,
    pub(super) email: String,
    pub(super) device: String,
    pub(super) device_kind: &'static str,
    /// What its user does there: a label and its CSS class.
    pub(super) state: Doing,
    /// What pays for it, in words.
    pub(super) seat: &'static str,
    pub(super) since: Moment,
    /// The URL for signing it out; empty if the viewer may not.
    pub(super) log_out: String,
}

impl SignInShown {
    pub(super) fn of(account: &Account, actor: &Actor, sign_in: &SignIn) -> Self {
        let user = account.user(sign_in.user);
        Self {
            id: sign_in.id,
            who: Linked::user_id(account, actor, sign_in.user),
            email: user
                .map(|user| user.profile.email.reveal().to_string())
                .unwrap_or_default(),
            device: sign_in.device.name.reveal().to_string(),
            device_kind: kind(sign_in.device.kind),
            state: doing::of_sessions(sessions(account, sign_in))
                .unwrap_or((text!("pools-not-in-call"), "quiet")),
            seat: seat(account, sign_in),
            since: Moment(account.shown(sign_in.since)),
            log_out: if may_log_out(account, actor, sign_in) {
                format!("/a/{}/sign-ins/{}/log-out", account.id(), sign_in.id)
            } else {
                String::new()
            },
        }
    }
}

/// Whether an actor may end it: their own always, anybody's with `seats.manage` (S10).
pub(crate) fn may_log_out(account: &Account, actor: &Actor, sign_in: &SignIn) -> bool {
    account.may(actor, Privilege::SeatsManage) || account.user_of(actor) == Some(sign_in.user)
}

pub(super) fn sessions<'a>(account: &'a Account, sign_in: &'a SignIn) -> impl Iterator<Item = &'a Session> {
    let sessions = sign_in.sessions().iter();
    sessions.filter_map(|id| account.sessions().get(id))
}

/// The kind of a device in a word.
pub(crate) const fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Desktop => "Desktop",
        DeviceKind::Phone => "Phone",
        DeviceKind::Glasses => "Glasses",
        DeviceKind::Browser => "Browser",
    }
}

/// What the sign-in holds. In pools where sessions take the seats, it holds a seat only through them (S2).
fn seat(account: &Account, sign_in: &SignIn) -> &'static str {
    let of_sessions = sessions(account, sign_in).map(|session| session.funding);
    let fundings: Vec<_> = of_sessions.chain([sign_in.funding]).collect();
    if fundings.contains(&Funding::Seat) {
        "Holds a seat"
    } else if fundings
        .iter()
        .any(|funding| matches!(funding, Funding::Minutes { .. }))
    {
        "On minutes"
    } else {
        "Takes no seat"
    }
}
