//! A journal in memory, for tests and models, that fails where its script says so.

use crate::Commit;

/// A journal in memory. Clones share one store.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {}

/// What happens to an append instead of its being stored and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answered with a conflict, with nothing behind it: the reload finds nothing new.
    Conflict,
    /// Another node's commit is stored first, whatever it is; the append then meets whatever that leads to.
    Overtaken(Box<Commit>),
    /// Not stored, and said so.
    Failed,
    /// Stored, but the answer is lost.
    UnknownStored,
    /// Not stored, and the answer is lost.
    UnknownNotStored,
    /// Stored, and then the node dies: the answer never comes, and the journal takes nothing more until it is
    /// reopened.
    CrashAfterStore,
    /// The node dies before anything is stored: the answer never comes, and the journal takes nothing more until it
    /// is reopened.
    CrashBeforeStore,
}
