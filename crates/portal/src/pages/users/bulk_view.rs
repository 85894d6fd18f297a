//! The data of the preview and the result of changing many users.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template;
use usher_domain::text::counted;
use usher_domain::user::User;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use super::act::Act;
use super::licenses;
use super::words;
use crate::answer::Frame;
use crate::form::Form;
use crate::said::Said;
use crate::sentence;
use crate::work::{Answer, Work};

/// The most users listed one by one; the counts include all.
pub(super) const TOLD_MAX: usize = 50;

/// The label of a user for whom nothing changes, and its CSS class.
const SAME: (&str, &str) = ("Same", "quiet");

#[derive(Template)]
#[template(path = "users/bulk.html")]
pub(super) struct AskPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) back: String,
    pub(super) act: String,
    pub(super) filter: String,
    /// The ticked users; `None` for all that match.
    pub(super) ticked: Option<Vec<UserId>>,
    pub(super) plan: Plan,
}

#[derive(Template)]
#[template(path = "users/bulk_result.html")]
pub(super) struct ResultPage {
    pub(super) frame: Frame,
    pub(super) back: String,
    pub(super) what: Said<String>,
    pub(super) done: usize,
    pub(super) refused_count: usize,
    /// The users who were refused, and why.
    pub(super) refused: Vec<(String, String)>,
}

/// The preview of an action.
pub(super) struct Plan {
    /// The action: `move to the pool Day shift`.
    pub(super) what: Said<String>,
    /// How many users would change.
    pub(super) changes: usize,
    /// How many would not.
    pub(super) same: usize,
    /// How many would be refused.
    pub(super) refused: usize,
    /// Warnings to show first.
    pub(super) warnings: Vec<String>,
    /// The work that would be cut.
    pub(super) work: Work,
    /// Whether it can wait until that work is done (L16).
    pub(super) may_wait: bool,
    pub(super) people: Vec<Affected>,
    /// A digest of all selected users; it changes when they do.
    pub(super) digest: String,
    /// The commands for users who would change or be refused, with their names.
    pub(super) commands: Vec<(UserId, String, Command)>,
}

/// A user in the preview.
pub(super) struct Affected {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) before: String,
    pub(super) what: String,
    /// The effect as a label and its CSS class.
    pub(super) kind: (&'static str, &'static str),
}

impl Plan {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        now: Timestamp,
        act: &Act,
        what: String,
        users: &[&User],
        answer: Option<Answer>,
    ) -> Self {
        let mut digest = DefaultHasher::new();
        let mut plan = Self {
            what: Said(what),
            changes: 0,
            same: 0,
            refused: 0,
            warnings: Vec::new(),
            work: Work::default(),
            may_wait: act.may_wait(),
            people: Vec::new(),
            digest: String::new(),
            commands: Vec::new(),
        };
        let mut interrupted = Vec::new();
        for user in users {
            user.id.hash(&mut digest);
            let is_oneself = *act == Act::Deactivate && account.user_of(actor) == Some(user.id);
            let command = match answer {
                Some(Answer::Wait) => act.command_after_work(account, user.id),
                Some(Answer::Cut) | None => act.command(account, user.id),
            };
            let command = command.filter(|_| !is_oneself);
            let would = command
                .as_ref()
                .map(|command| account.would_change(command, actor, now));
            let (what, kind) = match &would {
                None => ("You are left out.".to_owned(), SAME),
                Some(Ok(false)) => ("Nothing changes.".to_owned(), SAME),
                Some(Err(refusal)) => (sentence::of(refusal), ("Refused", "bad")),
                Some(Ok(true)) => {
                    let ends = Ends::of(account, act, user);
                    interrupted.extend((ends.devices > 0).then_some(*user));
                    (ends.words(), ("Changes", "good"))
                }
            };
            plan.count(would.as_ref());
            if plan.people.len() < TOLD_MAX {
                plan.people.push(Affected::of(account, act, user, what, kind));
            }
            if let Some(command) = command.filter(|_| kind != SAME) {
                plan.commands
                    .push((user.id, user.profile.name.reveal().to_string(), command));
            }
        }
        plan.digest = format!("{:016x}", digest.finish());
        plan.work = Work::of(account, actor, interrupted, act.product(account));
        plan.warn(account, act);
        plan
    }

    /// Counts a user by what would happen to them; `None` for somebody who is left out.
    const fn count(&mut self, would: Option<&Result<bool, Refusal>>) {
        match would {
            None | Some(Ok(false)) => self.same += 1,
            Some(Ok(true)) => self.changes += 1,
            Some(Err(_)) => self.refused += 1,
        }
    }

    /// How many users are selected.
    pub(super) fn total(&self) -> usize {
        self.changes + self.same + self.refused
    }

    /// How many are not listed one by one.
    pub(super) fn unlisted(&self) -> usize {
        self.total() - self.people.len()
    }

    fn warn(&mut self, account: &Account, act: &Act) {
        if let Act::Assign(product) = act {
            let left = licenses::left(account, product);
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            if self.changes > left {
                let needed = counted(self.changes, "named seat", "named seats");
                let product = account.product_name(product);
                self.warnings.push(format!(
                    "{needed} of {product} {} needed and {} left. Everybody after the last one is refused.",
                    if self.changes == 1 { "is" } else { "are" },
                    counted(left, "is", "are")
                ));
            }
        }
    }
}

impl Affected {
    fn of(
        account: &Account,
        act: &Act,
        user: &User,
        what: String,
        kind: (&'static str, &'static str),
    ) -> Self {
        let before = match act.product(account) {
            Some(product) => words::license(account, user.licenses.get(product)),
            None if user.active => "active".to_owned(),
            None => "inactive".to_owned(),
        };
        Self {
            id: user.id,
            name: user.profile.name.reveal().to_string(),
            email: user.profile.email.reveal().to_string(),
            before,
            what,
            kind,
        }
    }
}

/// What ends for a user.
struct Ends {
    devices: usize,
    sessions: usize,
}

impl Ends {
    fn of(account: &Account, act: &Act, user: &User) -> Self {
        match act.product(account) {
            Some(product) => Self {
                devices: account.sign_ins_of(user, product).count(),
                sessions: account.sessions_of(user, product).count(),
            },
            None => Self {
                devices: user.sign_ins().len(),
                sessions: user.sessions().len(),
            },
        }
    }

    fn words(&self) -> String {
        match (self.devices, self.sessions) {
            (0, 0) => "Nothing is interrupted.".to_owned(),
            (_, 0) => "Is signed out.".to_owned(),
            (0, 1) => "A session ends.".to_owned(),
            (0, many) => format!("{many} sessions end."),
            (_, 1) => "Is signed out, and a session ends.".to_owned(),
            (_, many) => format!("Is signed out, and {many} sessions end."),
        }
    }
}
