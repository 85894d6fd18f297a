//! The line in front of a full pool.

use std::collections::VecDeque;

use crate::id::TicketId;

/// Tickets that wait, by their place. Looking a position up takes as many steps as the length has digits in base
/// two; leaving from the middle moves the shorter side up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Queue(VecDeque<(u64, TicketId)>);

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose turn is next.
    pub(crate) fn first(&self) -> Option<TicketId> {
        self.0.front().map(|(_, ticket)| *ticket)
    }

    /// All tickets, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = TicketId> {
        self.0.iter().map(|(_, ticket)| *ticket)
    }

    /// How many stand before this place; none where nobody stands there.
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
