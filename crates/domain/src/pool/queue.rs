//! The queue of a pool.

use alloc::collections::VecDeque;

use crate::id::TicketId;

/// Waiting tickets by their place. Finding a position takes logarithmic time; removing from the middle moves the
/// shorter side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Queue(VecDeque<(u64, TicketId)>);

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first in the queue.
    pub(crate) fn first(&self) -> Option<TicketId> {
        self.0.front().map(|(_, ticket)| *ticket)
    }

    /// All tickets, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = TicketId> {
        self.0.iter().map(|(_, ticket)| *ticket)
    }

    /// How many are before this place; `None` if no ticket has it.
    pub(crate) fn before(&self, place: u64) -> Option<usize> {
        self.find(place).ok()
    }

    pub(crate) fn insert(&mut self, place: u64, ticket: TicketId) {
        if let Err(index) = self.find(place) {
            self.0.insert(index, (place, ticket));
        }
    }

    pub(crate) fn remove(&mut self, place: u64) {
        if let Ok(index) = self.find(place) {
            self.0.remove(index);
        }
    }

    fn find(&self, place: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&place, |(known, _)| *known)
    }
}
