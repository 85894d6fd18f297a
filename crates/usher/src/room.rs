//! Free space on the disk with the data.

use std::path::Path;

use usher_journal_sqlite::FILE_NAME;

/// The least free space that a server needs: the write-ahead log grows to almost this size, and the rest is small.
const NEEDED_BYTES: u64 = 96 << 20;

const MIB: u64 = 1 << 20;

/// What to do about a full disk: names the data directory, the free space and the space needed.
pub(crate) fn advice(directory: &Path) -> String {
    let database = std::fs::metadata(directory.join(FILE_NAME)).map_or(0, |file| file.len());
    let free = free_bytes(directory).map_or_else(String::new, |free| {
        format!(" {} MiB are free there now;", free / MIB)
    });
    format!(
        "Make room on the disk of {}, and start again:{free} {} MiB are needed, and for the first start of a new \
         version {} MiB more. No acknowledged change is lost.",
        directory.display(),
        NEEDED_BYTES / MIB,
        database.div_ceil(MIB),
    )
}

/// How much an ordinary user can still write in a directory, or the nearest existing one above it; `None` if that is
/// unknown.
#[cfg(unix)]
fn free_bytes(directory: &Path) -> Option<u64> {
    let known = directory
        .ancestors()
        .find_map(|place| rustix::fs::statvfs(place).ok())?;
    Some(known.f_bavail.saturating_mul(known.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_directory: &Path) -> Option<u64> {
    None
}
