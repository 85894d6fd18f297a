//! Tickets: places in a pool's queue (Q2).

mod dto;

pub(crate) use self::dto::{Ticket, Waiting};
