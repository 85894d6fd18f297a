//! What signing somebody out cuts off, as a form shows it and sends it back: what has begun since then was not shown,
//! so it is asked about again.

use std::fmt;

use usher_domain::presence::{Session, SignIn};
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Refusal};

use crate::form::Form;

/// The form field.
pub(crate) const FIELD: &str = "cuts";

/// The calls and links that would end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) calls: usize,
    /// Codes and links that wait for a customer.
    pub(crate) links: usize,
}

impl Cut {
    /// What ends with a sign-in.
    pub(crate) fn with_sign_in(account: &Account, sign_in: &SignIn) -> Self {
        let sessions = sign_in.sessions().iter();
        let sessions = sessions.filter_map(|id| account.sessions().get(id));
        sessions.fold(Self::default(), Self::and)
    }

    /// What ends with a session: a call, unless the customer is still awaited.
    pub(crate) fn with_session(session: &Session) -> Self {
        Self {
            links: 0,
            ..Self::default().and(session)
        }
    }

    fn and(self, session: &Session) -> Self {
        let is_call = session.is_active();
        Self {
            calls: self.calls + usize::from(is_call),
            links: self.links + usize::from(session.is_live() && !is_call),
        }
    }

    /// What the form was sent in view of; nothing if it does not say.
    pub(crate) fn shown_in(form: &Form) -> Self {
        let (calls, links) = form.value(FIELD).split_once('.').unwrap_or_default();
        Self {
            calls: calls.parse().unwrap_or_default(),
            links: links.parse().unwrap_or_default(),
        }
    }

    pub(crate) const fn is_nothing(self) -> bool {
        self.calls == 0 && self.links == 0
    }

    /// Refuses to cut more than was shown.
    pub(crate) fn need_shown(self, shown: Self) -> Result<(), Refusal> {
        if self.calls <= shown.calls && self.links <= shown.links {
            return Ok(());
        }
        Err(Refusal::State(StateRefusal::ChangedMeanwhile {
            field: FIELD,
            now: self.to_string(),
        }))
    }

    /// What ends, in sentences; empty if nobody's work.
    pub(crate) fn words(self) -> String {
        let calls = match self.calls {
            0 => None,
            1 => Some("The call ends at once, for the customer too.".to_owned()),
            calls => Some(format!("{calls} calls end at once, for the customers too.")),
        };
        let links = match self.links {
            0 => None,
            1 => Some("A code or link that waits for a customer stops working.".to_owned()),
            links => Some(format!(
                "{links} codes or links that wait for customers stop working."
            )),
        };
        let both: Vec<_> = calls.into_iter().chain(links).collect();
        both.join(" ")
    }
}

/// The value of the form field.
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.calls, self.links)
    }
}
