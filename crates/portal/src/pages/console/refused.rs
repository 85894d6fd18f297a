//! A refusal, with who can help and what the user can do.

use usher_app::Problem;
use usher_domain::permission::{Privilege, Role};
use usher_domain::presence::{Session, SessionState};
use usher_domain::refusal::{Action, HolderFigure, SeatRefusal};
use usher_domain::text::{DeviceId, Product};
use usher_domain::user::User;
use usher_domain::{Account, Actor, PoolId, Refusal, Timestamp};

use super::data::{SessionRow, runs_on};
use super::{device, words};
use crate::asks::Asks;
use crate::doing::{self, Doing};
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::pages::help;
use crate::sentence;
use crate::shown::{Moment, ProductLabel};
use crate::text::{Label, Text};
use crate::viewer::Viewer;

/// The most sessions of the user that are offered for ending.
const OWN_MAX: usize = 20;

/// A refusal with what can be done about it.
pub(super) struct Refused {
    pub(super) status: axum::http::StatusCode,
    pub(super) title: Text,
    /// The refusal as a sentence, addressed to the user.
    pub(super) sentence: Text,
    /// Where the refusal is explained; empty if it is not about seats.
    pub(super) help: String,
    /// What the account has to say about it.
    pub(super) seen: RefusalData,
    /// Whether asking for a named seat would help (L14).
    pub(super) may_ask: bool,
    /// The same attempt with a change that makes it work.
    pub(super) again: Option<Again>,
    /// Whether it is about signing in, so that it no longer matters once the user is signed in or queued.
    pub(super) is_of_sign_in: bool,
}

/// What the account has to say about a refusal, as far as the viewer may see it.
#[derive(Default)]
pub(super) struct RefusalData {
    /// The people who can help.
    pub(super) asks: Asks,
    /// How full the pool is, as a sentence; `None` if that is not the reason.
    pub(super) numbers: Option<Text>,
    /// The holders of its seats (Q1).
    pub(super) holders: Vec<HolderRow>,
    /// How many there are besides those named.
    pub(super) more_holders: u32,
    /// Pages that show more: address and label.
    pub(super) links: Vec<(String, Label)>,
    /// The user's own sessions that can be ended or paused instead.
    pub(super) own: Vec<OwnSession>,
}

/// The holder of a seat.
pub(super) struct HolderRow {
    pub(super) name: String,
    /// The address of their page; empty if the viewer may not see it.
    pub(super) href: String,
    pub(super) device: Option<String>,
    /// What they do with the product: a label and its CSS class.
    pub(super) doing: Option<Doing>,
    pub(super) since: Moment,
}

/// A session of the refused user.
pub(super) struct OwnSession {
    pub(super) row: SessionRow,
    pub(super) product: ProductLabel,
    pub(super) may_pause: bool,
    pub(super) may_end: bool,
}

/// The same attempt with a change.
pub(super) struct Again {
    pub(super) path: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) label: Label,
}

impl Refused {
    /// Describes a refusal of an attempt. `again` is the attempt itself: its path and its fields.
    pub(super) async fn of(
        viewer: &Viewer,
        product: &Product,
        refusal: &Refusal,
        again: (String, Vec<(&'static str, String)>),
    ) -> Result<Self, Failed> {
        let kind = Problem::refused(refusal, None).kind();
        let actions = refusal.actions();
        let (path, mut fields) = again;
        let differently = if actions.contains(&Action::TakeOver) {
            Some(("takeover", text!("console-take-over")))
        } else if actions.contains(&Action::Wait) {
            Some(("wait", text!("console-wait-in-queue")))
        } else {
            None
        };
        let (product, about, device) = (product.clone(), refusal.clone(), device::id(&viewer.jar));
        let look = move |account: &Account, actor: &Actor, now| {
            let look = RefusedUser {
                account,
                actor,
                device: device.as_ref(),
                now,
            };
            Ok(look.at(&about, &product))
        };
        let (_, seen) = viewer.look(None, look).await?;
        Ok(Self {
            status: kind.status,
            title: help::title(kind.code).unwrap_or(kind.title).into(),
            sentence: words::refusal(refusal),
            help: help::link(kind.code).unwrap_or_default(),
            seen,
            may_ask: matches!(
                refusal,
                Refusal::Seat(SeatRefusal::NoSeatAvailable(..) | SeatRefusal::LicenseEnded { .. })
            ),
            is_of_sign_in: path.ends_with("/sign-in"),
            again: differently.map(|(field, label)| {
                fields.push((field, "yes".to_owned()));
                Again { path, fields, label }
            }),
        })
    }
}

/// A look at the account on behalf of the refused user.
struct RefusedUser<'a> {
    account: &'a Account,
    actor: &'a Actor,
    /// This browser as a device.
    device: Option<&'a DeviceId>,
    now: Timestamp,
}

impl RefusedUser<'_> {
    fn at(&self, refusal: &Refusal, product: &Product) -> RefusalData {
        let mut seen = RefusalData {
            asks: self.asks(refusal),
            own: self.own(refusal, product),
            ..RefusalData::default()
        };
        if let Refusal::Seat(
            SeatRefusal::NoSeatAvailable(figures, _) | SeatRefusal::MinutesExhausted(figures, _),
        ) = refusal
        {
            self.add_pool(&mut seen, figures.pool);
        }
        seen
    }

    fn asks(&self, refusal: &Refusal) -> Asks {
        let actions = refusal.actions();
        let asks_owner = actions.contains(&Action::AskOwner)
            || matches!(refusal, Refusal::Seat(SeatRefusal::MinutesExhausted(..)));
        if !asks_owner && !actions.contains(&Action::AskAdmin) {
            return Asks::default();
        }
        Asks::of(self.account, |user: &User| {
            if asks_owner {
                user.profile.role == Role::Owner
            } else {
                user.has(Privilege::SeatsManage)
            }
        })
    }

    /// Adds how full the pool is. The refusal has its holders as far as this browser's sign-in may see them; its user may
    /// see more.
    fn add_pool(&self, seen: &mut RefusalData, pool: PoolId) {
        let Some(pool) = self.account.pool(pool) else {
            return;
        };
        let figures = self.account.pool_figures(pool, self.actor);
        seen.numbers = Some(sentence::pool_figures(&figures));
        if !figures.holders.is_empty() {
            let named = u32::try_from(figures.holders.len()).unwrap_or(u32::MAX);
            let held = figures.occupied.saturating_sub(figures.offered);
            seen.more_holders = held.saturating_sub(named);
        }
        if let Some(pools) = NavPage::SeatPools.link(self.account, self.actor) {
            seen.links
                .push((format!("{pools}/{}", pool.id), text!("console-see-pool")));
        }
        if let Some(sessions) = NavPage::Sessions.link(self.account, self.actor) {
            seen.links.push((
                format!("{sessions}?product={}", pool.product),
                text!("console-see-sessions"),
            ));
        }
        let users = NavPage::Users.link(self.account, self.actor);
        let row = |holder: HolderFigure| HolderRow {
            name: holder.name.reveal().to_string(),
            href: users
                .as_ref()
                .map_or_else(String::new, |users| format!("{users}/{}", holder.user)),
            device: holder.device.map(|device| device.reveal().to_string()),
            doing: self
                .account
                .user(holder.user)
                .and_then(|user| doing::of_sessions(self.account.sessions_of(user, &pool.product))),
            since: Moment(holder.since),
        };
        seen.holders = figures.holders.into_iter().map(row).collect();
    }

    /// The user's sessions that could make room, with what they may do to each.
    fn own(&self, refusal: &Refusal, product: &Product) -> Vec<OwnSession> {
        let user = self.account.user_of(self.actor);
        let Some(user) = user.and_then(|user| self.account.user(user)) else {
            return Vec::new();
        };
        if !refusal.actions().contains(&Action::EndOwnSession) {
            return Vec::new();
        }
        // A user's own limit counts the seats of all products (S3).
        let counts_all = matches!(refusal, Refusal::Seat(SeatRefusal::UserSeatLimit { .. }));
        let makes_room = |session: &&Session| match session.state {
            SessionState::Active {} => true,
            SessionState::Standby { .. } => !matches!(refusal, Refusal::Seat(SeatRefusal::SeatInCall { .. })),
            SessionState::Paused {} | SessionState::Ending { .. } => false,
        };
        let sessions = user.sessions().iter();
        sessions
            .filter_map(|id| self.account.sessions().get(id))
            .filter(|session| counts_all || session.product == *product)
            .filter(makes_room)
            .filter_map(|session| self.own_session(session))
            .take(OWN_MAX)
            .collect()
    }

    /// A session of the user; `None` if there is nothing that they may do to it. This browser may do everything with
    /// what runs on it.
    fn own_session(&self, session: &Session) -> Option<OwnSession> {
        let is_here = runs_on(self.account, session, self.device);
        let row = SessionRow::of(self.account, self.actor, session, self.now);
        let is_active = matches!(session.state, SessionState::Active {});
        let own = OwnSession {
            product: ProductLabel::of(self.account, &session.product),
            may_pause: row.may_pause || (is_here && is_active),
            may_end: row.may_end || is_here,
            row,
        };
        (own.may_pause || own.may_end).then_some(own)
    }
}
