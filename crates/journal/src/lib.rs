//! The journal port: the append-only list of commits of every account, from which all other state is derived.
//!
//! [`Journal`] stores commits, [`Records`] reads the tables that are filled with them. [`MemoryJournal`] implements
//! both, for tests and models, and fails on purpose according to a script.

mod authenticator;
mod cause;
mod commit;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
mod folded;
mod hash;
mod inspection;
mod join_code;
mod memory;
mod page;
mod peak;
mod port;
mod record;
mod records;
mod rows;
pub mod table;
mod text;

pub use authenticator::{Authenticator, Authenticity};
pub use cause::{Cause, Channel, InvalidChannel};
pub use commit::{Append, Commit, Loaded, Seq, Snapshot, verify_chain};
pub use error::{AppendError, JournalError};
pub use folded::folded;
pub use hash::{Hash, InvalidHash};
pub use inspection::{DIFFERENCES_MAX, Difference, Head, Inspection, RecordsOf};
pub use join_code::{code_digest, plain_code_digest};
pub use memory::{Fault, MemoryJournal};
pub use page::{Cursor, InvalidCursor, PAGE_DEFAULT, PAGE_MAX, Page, PageRequest, Span};
pub use peak::{OccupancySearch, Peak, RecentOccupancy};
pub use port::{COMMITS_MAX, DUE_MAX, Journal, STRAYS_MAX, Stray};
pub use record::{READ_MODELS, Record};
pub use records::{
    ADDRESS_OWNERS_MAX, AccountFilter, AuditFilter, CODE_KEPT_SECS, CodeOwner, Records, RefusalFilter,
    SessionFilter, TicketFilter,
};
pub use rows::{
    AccountRow, Audit, AuditRow, CLAIMED, End, EndedBy, Minutes, MinutesRow, Occupancy, OccupancyRow,
    Refusal, RefusalRow, RequestOf, SessionRow, SignInRow, SubscriptionChange, SubscriptionChangeOf,
    SubscriptionRequestRow, TicketRow,
};
pub use text::Text;
