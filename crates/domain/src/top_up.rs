//! Top-ups of prepaid minutes: the recent ones are kept, so that a repeated request is not executed twice (Q3).

use alloc::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::id::TopUpId;
use crate::repeat;

/// How many of an account's newest top-ups are kept. A repeat of an older one counts as a new top-up.
pub const TOP_UPS_KEPT: usize = 256;

/// The newest top-ups of an account, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TopUps(VecDeque<TopUp>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TopUp {
    id: TopUpId,
    minutes: u32,
}

impl TopUps {
    /// How many minutes a top-up added; `None` if there was no such top-up, or too long ago.
    pub(crate) fn minutes_of(&self, id: TopUpId) -> Option<u32> {
        let known = self.0.iter().rev().find(|known| known.id == id)?;
        Some(known.minutes)
    }

    /// Whether there is a top-up whose id was derived from the same key by another request.
    pub(crate) fn has_another_of_key(&self, id: TopUpId) -> bool {
        let mut known = self.0.iter().map(|top_up| top_up.id.bits());
        known.any(|known| repeat::is_another_of_key(id.bits(), known))
    }

    /// Adds a top-up, and drops the oldest if there are too many.
    pub(crate) fn remember(&mut self, id: TopUpId, minutes: u32) {
        if self.0.len() >= TOP_UPS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(TopUp { id, minutes });
    }
}
