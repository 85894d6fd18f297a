//! Streams of events for devices: server-sent events, resumable without a gap or a repetition.
//!
//! Every event that is a fact has the id `{seq}.{index}`: the commit that holds it, and its place among the events of
//! that commit, from 1. The id `{seq}.0` stands between two commits; streams send it where they begin and with every
//! sign that they are alive, so that a device that comes back says from where on it has missed something. What it
//! missed is read from the journal, and then the stream goes on live.
//!
//! `queue` and what stands when a stream begins are no facts of their own but how things are: they have no id and are
//! told again where a stream starts again.

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
