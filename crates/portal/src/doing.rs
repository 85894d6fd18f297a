//! What people are doing, in the same words on every page.

use usher_domain::Account;
use usher_domain::presence::{Session, SessionState};
use usher_domain::user::User;

use crate::text::Label;

/// A label, and the class of its badge.
pub(crate) type Doing = (Label, &'static str);

/// Signed in on a device, without work.
pub(crate) const SIGNED_IN: Doing = (text!("common-doing-signed-in"), "good");
/// Not signed in on any device. What the person does apart from that is nothing that Usher knows.
pub(crate) const NOT_SIGNED_IN: Doing = (text!("common-doing-not-signed-in"), "quiet");

/// The state of a session (S7).
pub(crate) const fn session(state: &SessionState) -> Doing {
    match state {
        SessionState::Standby { .. } => (text!("common-doing-waits-for-customer"), "warn"),
        SessionState::Active {} => (text!("common-doing-active"), "good"),
        SessionState::Paused {} => (text!("common-doing-paused"), "quiet"),
        SessionState::Ending { .. } => (text!("common-doing-closing"), "bad"),
    }
}

/// What the user of these sessions is doing, as others are told: that of the one that keeps them busiest. `None` without
/// any. A paused session is for its user alone (S8).
pub(crate) fn of_sessions<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> Option<Doing> {
    own_sessions(sessions.into_iter().filter(|session| session.is_live()))
}

/// The same, as the user is told.
pub(crate) fn own_sessions<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> Option<Doing> {
    let ranked = sessions.into_iter().map(|session| match session.state {
        SessionState::Active {} | SessionState::Ending { .. } => (2, (text!("common-doing-in-call"), "busy")),
        SessionState::Standby { .. } => (1, (text!("common-doing-link-open"), "warn")),
        SessionState::Paused {} => (0, (text!("common-doing-session-paused"), "quiet")),
    });
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, doing)| doing)
}

/// What a user is doing, counting every product.
pub(crate) fn user(account: &Account, user: &User) -> Doing {
    if !user.active {
        return (text!("common-doing-inactive"), "bad");
    }
    let sessions = user.sessions().iter();
    let sessions = sessions.filter_map(|id| account.sessions().get(id));
    if let Some(doing) = of_sessions(sessions) {
        return doing;
    }
    if !user.sign_ins().is_empty() {
        return SIGNED_IN;
    }
    if !user.tickets().is_empty() {
        return (text!("common-doing-waits-for-seat"), "warn");
    }
    // Whether others can reach them besides (P4) is for the list of teams.
    NOT_SIGNED_IN
}
