//! A refusal, with who can help and what the user can do.

use usher_app::Problem;
use usher_domain::permission::{Privilege, Role};
use usher_domain::refusal::{Action, SeatRefusal};
use usher_domain::user::User;
use usher_domain::{Account, Actor, Refusal};

use super::words;
use crate::asks::Asks;
use crate::failed::Failed;
use crate::viewer::Viewer;

/// A refusal with what can be done about it.
pub(super) struct Refused {
    pub(super) status: axum::http::StatusCode,
    pub(super) title: &'static str,
    /// The domain's sentence, addressed to the user.
    pub(super) sentence: String,
    /// The people who can help.
    pub(super) asks: Asks,
    pub(super) can_end_own: bool,
    /// Whether asking for a named seat would help (L14).
    pub(super) may_ask: bool,
    /// The same attempt with a change that makes it work.
    pub(super) again: Option<Again>,
    /// Whether it is about signing in, so that it no longer matters once the user is signed in or queued.
    pub(super) is_of_sign_in: bool,
}

/// The same attempt with a change.
pub(super) struct Again {
    pub(super) path: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) label: &'static str,
}

impl Refused {
    /// Describes a refusal of an attempt. `again` is the attempt itself: its path and its fields.
    pub(super) async fn of(
        viewer: &Viewer,
        refusal: &Refusal,
        again: (String, Vec<(&'static str, String)>),
    ) -> Result<Self, Failed> {
        let kind = Problem::refused(refusal, None).kind();
        let actions = refusal.actions().to_vec();
        let asks_owner = actions.contains(&Action::AskOwner)
            || matches!(refusal, Refusal::Seat(SeatRefusal::MinutesExhausted(..)));
        let asks = asks_owner || actions.contains(&Action::AskAdmin);
        let helps = move |user: &User| {
            if asks_owner {
                user.profile.role == Role::Owner
            } else {
                user.has(Privilege::SeatsManage)
            }
        };
        let names = move |account: &Account, _: &Actor, _| {
            if !asks {
                return Ok(Asks::default());
            }
            Ok(Asks::of(account, helps))
        };
        let (_, asks) = viewer.look(None, names).await?;
        let (path, mut fields) = again;
        let differently = if actions.contains(&Action::TakeOver) {
            Some(("takeover", "Sign out there and in here"))
        } else if actions.contains(&Action::Wait) {
            Some(("wait", "Wait in the queue"))
        } else {
            None
        };
        Ok(Self {
            status: kind.status,
            title: words::refusal_title(refusal).unwrap_or(kind.title),
            sentence: words::refusal(refusal),
            asks,
            can_end_own: actions.contains(&Action::EndOwnSession),
            may_ask: matches!(refusal, Refusal::Seat(SeatRefusal::NoSeatAvailable(..))),
            is_of_sign_in: path.ends_with("/sign-in"),
            again: differently.map(|(field, label)| {
                fields.push((field, "yes".to_owned()));
                Again { path, fields, label }
            }),
        })
    }
}
