//! The read models: written with each commit, read in pages.

mod cells;
mod log;
mod query;
mod read;
pub(crate) mod write;

/// How many bits of a record's place are its index in the commit.
pub(crate) const INDEX_BITS: u32 = 20;

/// The place of a commit's record; those of one commit are adjacent and in order.
fn place(position: i64, index: u32) -> i64 {
    (position << INDEX_BITS) | i64::from(index)
}

/// The position of the commit whose record is at `place`.
fn position(place: i64) -> i64 {
    place >> INDEX_BITS
}

/// The index in its commit of the record at `place`.
fn index(place: i64) -> u32 {
    u32::try_from(place & ((1 << INDEX_BITS) - 1)).unwrap_or(u32::MAX)
}
