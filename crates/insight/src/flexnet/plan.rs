//! Turns the entries of one feature into steps: each checkout is paired with its return.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Serialize;
use usher_domain::Timestamp;

use super::{Action, Entry, EntryKind, Log, Usage};

/// Who holds a seat in a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// Each checkout takes its own seat; several at once are all or nothing.
    #[default]
    None,
    /// All checkouts from one host share one seat.
    Host,
    /// All checkouts of one user share one seat.
    User,
}

/// The text is not a grouping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a grouping: expected `none`, `host` or `user`")]
pub struct UnknownGrouping;

impl Grouping {
    /// Whether the checkouts of a holder share one seat.
    #[must_use]
    pub const fn shares(self) -> bool {
        !matches!(self, Self::None)
    }
}

impl FromStr for Grouping {
    type Err = UnknownGrouping;

    fn from_str(text: &str) -> Result<Self, UnknownGrouping> {
        match text {
            "none" => Ok(Self::None),
            "host" => Ok(Self::Host),
            "user" => Ok(Self::User),
            _ => Err(UnknownGrouping),
        }
    }
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Host => "host",
            Self::User => "user",
        })
    }
}

/// One action of a replay. Steps are in the order of the log, and their times never go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The time in the log.
    pub at: Timestamp,
    /// The action.
    pub kind: StepKind,
}

/// The action of a [`Step`]. A session is one checkout with its return; sessions are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// A session begins: ask for its checkouts, and keep them if they are granted.
    Begin {
        /// The session's number.
        session: usize,
        /// The checkouts it asks for.
        request: Request,
    },
    /// A granted session asks for more checkouts. Skip it for a session that was refused.
    Grow {
        /// The session's number.
        session: usize,
        /// The additional checkouts.
        request: Request,
    },
    /// A session keeps at most `left` checkouts; with none left it has ended. A session that was refused has nothing to
    /// return.
    Shrink {
        /// The session's number.
        session: usize,
        /// How many checkouts it still has in the log.
        left: u32,
        /// Why they were returned.
        cause: ShrinkCause,
    },
    /// A denial in the log: ask for the checkouts, and return them at once if they are granted.
    Probe(Request),
    /// A client returned a checkout that is not in the log.
    ReturnUnseen,
}

/// Why checkouts are returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShrinkCause {
    /// The client returned them, or they were taken back.
    Returned,
    /// The vendor daemon restarted, which ended all checkouts.
    Restarted,
}

/// A request for checkouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The holder of the seat, by the grouping: `user@host`, the host, or the user.
    pub holder: Arc<str>,
    /// The user, for the statistics.
    pub user: Arc<str>,
    /// How many checkouts at once; at least 1. With [`Grouping::None`] each needs a seat.
    pub checkouts: u32,
}

/// The steps of a feature. Each checkout is paired with its return before anything is replayed, so the length of a
/// session does not depend on what was granted. Denials for other reasons than a lack of seats are left out.
#[must_use]
pub fn plan(log: &Log, feature: &str, grouping: Grouping) -> Vec<Step> {
    steps(of_feature(log, feature), grouping)
}

/// The entries of one feature, and the starts of all daemons.
fn of_feature<'a>(log: &'a Log, feature: &'a str) -> impl Iterator<Item = &'a Entry> {
    log.entries.iter().filter(move |entry| match &entry.kind {
        EntryKind::Started => true,
        EntryKind::Use(usage) => &*usage.feature == feature,
    })
}

/// As [`plan`], for the entries of one feature and the starts of daemons.
pub(super) fn steps<'a>(entries: impl IntoIterator<Item = &'a Entry>, grouping: Grouping) -> Vec<Step> {
    let mut pairing = Pairing {
        grouping,
        clients: BTreeMap::new(),
        open: BTreeMap::new(),
        sessions: 0,
        steps: Vec::new(),
    };
    for entry in entries {
        match &entry.kind {
            EntryKind::Started => pairing.restart(entry),
            EntryKind::Use(usage) => pairing.usage(entry, usage),
        }
    }
    pairing.steps
}

/// A client of a daemon: daemon, user and host.
type Client<'a> = (&'a Arc<str>, &'a Arc<str>, &'a Arc<str>);

/// A session that has begun and not ended.
struct Open {
    session: usize,
    checkouts: u32,
}

/// The state of reading the log from its beginning: which sessions are open.
struct Pairing<'a> {
    grouping: Grouping,
    /// Each `user@host`, stored once.
    clients: BTreeMap<(&'a Arc<str>, &'a Arc<str>), Arc<str>>,
    /// The open sessions of each client, oldest first.
    open: BTreeMap<Client<'a>, Vec<Open>>,
    sessions: usize,
    steps: Vec<Step>,
}

impl<'a> Pairing<'a> {
    fn usage(&mut self, entry: &'a Entry, usage: &'a Usage) {
        let client = (&entry.daemon, &usage.user, &usage.host);
        match usage.action {
            Action::Out => self.begin(entry, usage, client),
            Action::In { .. } => self.give_back(entry, usage, client),
            Action::Upgrade { from } => self.upgrade(entry, usage, client, from),
            Action::Denied { by_limit: true, .. } => {
                let request = self.request(usage, usage.count);
                self.step(entry, StepKind::Probe(request));
            }
            Action::Denied { by_limit: false, .. } => {}
        }
    }

    fn begin(&mut self, entry: &'a Entry, usage: &'a Usage, client: Client<'a>) {
        let session = self.sessions;
        self.sessions += 1;
        self.open.entry(client).or_default().push(Open {
            session,
            checkouts: usage.count,
        });
        let request = self.request(usage, usage.count);
        self.step(entry, StepKind::Begin { session, request });
    }

    /// Ends the oldest session with the same count. If there is none, the oldest sessions return the count together.
    fn give_back(&mut self, entry: &'a Entry, usage: &'a Usage, client: Client<'a>) {
        let open = self.open.entry(client).or_default();
        let exact = open.iter().position(|open| open.checkouts == usage.count);
        let mut shrunk = Vec::new();
        if let Some(place) = exact {
            shrunk.push((open.remove(place).session, 0));
        } else {
            let mut coming = usage.count;
            while let Some(oldest) = open.first_mut().filter(|_| coming > 0) {
                let part = coming.min(oldest.checkouts);
                oldest.checkouts -= part;
                coming -= part;
                shrunk.push((oldest.session, oldest.checkouts));
                if oldest.checkouts == 0 {
                    open.remove(0);
                }
            }
        }
        if open.is_empty() {
            self.open.remove(&client);
        }
        if shrunk.is_empty() {
            self.step(entry, StepKind::ReturnUnseen);
        }
        for (session, left) in shrunk {
            self.shrink(entry, session, left, ShrinkCause::Returned);
        }
    }

    /// A client whose checkout is not in the log now holds the count that the upgrade names.
    fn upgrade(&mut self, entry: &'a Entry, usage: &'a Usage, client: Client<'a>, from: u32) {
        let open = self.open.get_mut(&client);
        let changed = open.and_then(|open| {
            let exact = open.iter().position(|open| open.checkouts == from);
            open.get_mut(exact.unwrap_or(0))
        });
        let Some(changed) = changed else {
            return self.begin(entry, usage, client);
        };
        let session = changed.session;
        // If the log has the session with this count, it changes; otherwise only the difference is known.
        let now = changed
            .checkouts
            .saturating_add(usage.count)
            .saturating_sub(from)
            .max(1);
        let before = std::mem::replace(&mut changed.checkouts, now);
        if now > before {
            let request = self.request(usage, now - before);
            self.step(entry, StepKind::Grow { session, request });
        } else if now < before {
            self.shrink(entry, session, now, ShrinkCause::Returned);
        }
    }

    fn restart(&mut self, entry: &'a Entry) {
        let of_daemon = self.open.extract_if(.., |client, _| client.0 == &entry.daemon);
        let ended: Vec<Open> = of_daemon.flat_map(|(_, open)| open).collect();
        for open in ended {
            self.shrink(entry, open.session, 0, ShrinkCause::Restarted);
        }
    }

    fn shrink(&mut self, entry: &Entry, session: usize, left: u32, cause: ShrinkCause) {
        let kind = StepKind::Shrink { session, left, cause };
        self.step(entry, kind);
    }

    fn step(&mut self, entry: &Entry, kind: StepKind) {
        self.steps.push(Step { at: entry.at, kind });
    }

    fn request(&mut self, usage: &'a Usage, checkouts: u32) -> Request {
        let (user, host) = (&usage.user, &usage.host);
        let holder = match self.grouping {
            Grouping::None => self
                .clients
                .entry((user, host))
                .or_insert_with(|| Arc::<str>::from(format!("{user}@{host}"))),
            Grouping::Host => host,
            Grouping::User => user,
        };
        Request {
            holder: Arc::clone(holder),
            user: Arc::clone(user),
            checkouts,
        }
    }
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
