//! Work that a change would cut, and the question before it. A change that cuts nobody's work is not asked about.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use usher_domain::presence::{Session, SessionKind, SignIn};
use usher_domain::text::Product;
use usher_domain::user::User;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp};

use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::forgery;
use crate::form::Form;
use crate::linked::Linked;
use crate::nav::NavPage;
use crate::said::Said;
use crate::shown::Moment;
use crate::viewer::Viewer;

/// The most pieces of work listed one by one.
const SHOWN_MAX: usize = 20;

/// A page that asks before work is cut, and sends the same form again with the answer, in the field `work`.
#[derive(Template)]
#[template(path = "work/ask.html")]
struct AskPage {
    frame: Frame,
    /// `Take the license of Remote support away?`
    question: Said<String>,
    /// The page to return to.
    back: String,
    /// Where the form goes.
    action: String,
    /// The fields of the form that was sent.
    fields: Vec<(String, String)>,
    work: Work,
    /// Whether the change can wait until the users are not signed in (L16).
    may_wait: bool,
    /// The label of the button that does it at once.
    now: &'static str,
}

/// What a page asks before work is cut, apart from the work.
pub(crate) struct Question {
    pub(crate) nav: NavPage,
    /// The page to return to.
    pub(crate) back: String,
    /// Where the form goes.
    pub(crate) action: String,
    /// Whether the change can wait until the users are not signed in (L16).
    pub(crate) may_wait: bool,
    /// The label of the button that does it at once: `Move now`.
    pub(crate) now: &'static str,
}

/// The page that asks, if the form has no answer yet and there is work to cut. `see` says what is asked, and what would
/// be cut.
pub(crate) async fn ask(
    viewer: &Viewer,
    form: &Form,
    question: Question,
    see: impl Fn(&Account, &Actor, Timestamp) -> Result<(String, Work), Refusal> + Send + 'static,
) -> Result<Option<Response>, Failed> {
    if Answer::of(form).is_some() {
        return Ok(None);
    }
    let (frame, (asked, work)) = viewer.look(Some(question.nav), see).await?;
    if work.is_empty() {
        return Ok(None);
    }
    let fields = form.entries().filter(|(name, _)| name != forgery::FIELD);
    Ok(Some(page(&AskPage {
        frame,
        question: Said(asked),
        back: question.back,
        action: question.action,
        fields: fields.collect(),
        work,
        may_wait: question.may_wait,
        now: question.now,
    })))
}

/// The page that asks before a command that would sign people out, if the form has no answer yet. A command that is
/// refused cuts nothing.
pub(crate) async fn ask_before(
    viewer: &Viewer,
    form: &Form,
    question: Question,
    command: Command,
    asked: impl Fn(&Account) -> String + Send + 'static,
) -> Result<Option<Response>, Failed> {
    let see = move |account: &Account, actor: &Actor, now: Timestamp| {
        let ended = account.would_sign_out(&command, actor, now).unwrap_or_default();
        let ended = ended.iter().filter_map(|id| account.sign_ins().get(id));
        Ok((asked(account), Work::on(account, actor, ended)))
    };
    ask(viewer, form, question, see).await
}

/// The answer in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Cut it at once.
    Cut,
    /// Let it finish.
    Wait,
}

/// What would be cut.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) pieces: Vec<Piece>,
    /// How many pieces are not listed.
    pub(crate) more: usize,
    /// How many people it is about.
    pub(crate) people: usize,
    /// How many of the pieces are sessions.
    pub(crate) sessions: usize,
}

/// What somebody is doing.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) who: Linked,
    /// `In a call with Mia, on Laptop`.
    pub(crate) what: String,
    pub(crate) is_session: bool,
    pub(crate) since: Moment,
}

impl Answer {
    pub(crate) fn of(form: &Form) -> Option<Self> {
        match form.value("work") {
            "cut" => Some(Self::Cut),
            "wait" => Some(Self::Wait),
            _ => None,
        }
    }
}

impl Work {
    /// What these users are doing with a product, or (`None`) with any: sessions first.
    pub(crate) fn of<'a>(
        account: &Account,
        actor: &Actor,
        users: impl IntoIterator<Item = &'a User>,
        product: Option<&Product>,
    ) -> Self {
        let sign_ins = users.into_iter().flat_map(User::sign_ins);
        let sign_ins = sign_ins.filter_map(|id| account.sign_ins().get(id));
        let of_product = |sign_in: &&SignIn| product.is_none_or(|product| sign_in.product == *product);
        Self::on(account, actor, sign_ins.filter(of_product))
    }

    /// What the users of these sign-ins do there: sessions first.
    fn on<'a>(account: &Account, actor: &Actor, sign_ins: impl IntoIterator<Item = &'a SignIn>) -> Self {
        let mut pieces = Vec::new();
        let mut people = BTreeSet::new();
        for sign_in in sign_ins {
            if let Some(user) = account.user(sign_in.user) {
                people.insert(user.id);
                pieces.extend(Piece::on(account, actor, user, sign_in));
            }
        }
        let sessions = pieces.iter().filter(|piece| piece.is_session).count();
        pieces.sort_by_key(|piece| !piece.is_session);
        let more = pieces.len().saturating_sub(SHOWN_MAX);
        pieces.truncate(SHOWN_MAX);
        Self {
            pieces,
            more,
            people: people.len(),
            sessions,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.people == 0
    }
}

impl Piece {
    /// What a user is doing on a device: each live session, or that they are signed in.
    fn on(account: &Account, actor: &Actor, user: &User, sign_in: &SignIn) -> Vec<Self> {
        let device = sign_in.device.name.reveal();
        let sessions = sign_in.sessions().iter();
        let sessions = sessions.filter_map(|id| account.sessions().get(id));
        let mut pieces: Vec<_> = sessions
            .filter(|session| session.is_live())
            .map(|session| Self {
                who: Linked::user(account, actor, user),
                what: format!("{}, on {device}", in_words(account, actor, session)),
                is_session: true,
                since: Moment(account.shown(session.since)),
            })
            .collect();
        if pieces.is_empty() {
            pieces.push(Self {
                who: Linked::user(account, actor, user),
                what: format!("Signed in on {device}, not in a session"),
                is_session: false,
                since: Moment(account.shown(sign_in.since)),
            });
        }
        pieces
    }
}

/// What a session is. Viewers who may not see it learn that there is one, because it would end.
fn in_words(account: &Account, actor: &Actor, session: &Session) -> String {
    if !account.sees_session(actor, session) {
        return "In a session".to_owned();
    }
    if !session.is_active() && session.joined.is_none() {
        return "A code or link that waits for a customer".to_owned();
    }
    let kind = match session.kind {
        SessionKind::Call => "In a call",
        SessionKind::Attended => "In an attended session",
        SessionKind::Unattended => "In an unattended session",
    };
    match &session.customer {
        Some(customer) => format!("{kind} with {}", customer.name.reveal()),
        None => kind.to_owned(),
    }
}
