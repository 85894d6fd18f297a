//! Which users see each other, and their presence (P4).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::id::UserId;
use crate::presence::Session;
use crate::user::{License, User};

/// A user's presence, as their contacts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Can be reached: has a named license, or is signed in.
    Available,
    /// Is in a call.
    InCall,
    /// Cannot be reached.
    Away,
}

impl Presence {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::InCall => "in_call",
            Self::Away => "away",
        }
    }
}

impl Account {
    /// A user's presence, counting every product.
    #[must_use]
    pub fn presence(&self, user: &User) -> Presence {
        let mut sessions = user.sessions.iter().filter_map(|id| self.sessions.get(id));
        if sessions.any(Session::is_active) {
            return Presence::InCall;
        }
        let is_named = user.licenses.values().any(|license| *license == License::Named);
        if user.active && (is_named || !user.sign_ins.is_empty()) {
            return Presence::Available;
        }
        Presence::Away
    }

    /// The active users with whom a user shares a team, by id.
    #[must_use]
    pub fn contacts(&self, user: &User) -> Vec<&User> {
        let teams = user.teams.iter().filter_map(|team| self.teams.get(team));
        let ids: BTreeSet<UserId> = teams.flat_map(|team| &team.members).copied().collect();
        ids.iter()
            .filter(|id| **id != user.id)
            .filter_map(|id| self.users.get(id))
            .filter(|contact| contact.active)
            .collect()
    }
}
