//! Streams of events for devices: server-sent events, resumable without a gap or a repetition.
//!
//! Every event that is a fact has the id `{seq}.{index}`: its commit, and its position among the events of that commit,
//! from 1. The id `{seq}.0` is between two commits; streams send it at the start and with every keep-alive, so that a
//! device that reconnects says what it has missed. That is read from the journal, and then the stream continues live.
//!
//! `queue` and the state at the start of a stream are not facts but current states: they have no id and are sent again
//! when a stream restarts.

mod feed;
mod follower;
mod message;
mod position;
mod session;
mod sign_in;
mod standing;
mod ticket;

pub(crate) use self::feed::{EventStream, Feed, MayFollow, Opening, QueueView, Subject};
pub(crate) use self::message::Message;
pub(crate) use self::position::{LastEventId, LastEventIdHeader};
pub(crate) use self::sign_in::SignInSubject;
pub(crate) use self::standing::Standing;
pub(crate) use self::ticket::TicketSubject;
