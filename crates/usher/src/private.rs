//! Keeps the files in the data directory private to their owner, no matter what the directory allows others.

use std::io;
use std::path::Path;

/// The prefixes of Usher's own files: the database, the files that `SQLite` keeps beside it, the lock.
#[cfg(unix)]
const OWN_FILES: &str = "usher.";

/// Makes all files that this process creates from now on readable by their owner only, including those that `SQLite`
/// creates.
pub(crate) fn keep_new_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Removes other users' access to Usher's files in a directory, which an earlier version or a copy may have left open.
#[cfg(unix)]
pub(crate) fn close_files(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let is_own = entry.file_name().to_string_lossy().starts_with(OWN_FILES);
        // For a link, the target's permissions would change, and that may be anybody's file.
        if !is_own || !entry.file_type()?.is_file() {
            continue;
        }
        let mode = entry.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(entry.path(), PermissionsExt::from_mode(mode & 0o700))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn close_files(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The permissions by which others can enter or read a directory, as an octal number; `None` if they cannot.
#[cfg(unix)]
pub(crate) fn others_can_enter(directory: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(directory).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
pub(crate) fn others_can_enter(_: &Path) -> Option<u32> {
    None
}

/// Whether users with these permission bits can read a file.
#[cfg(unix)]
pub(crate) fn is_readable_by(file: &Path, bits: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|file| file.permissions().mode() & bits != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_readable_by(_: &Path, _: u32) -> bool {
    false
}

/// Warns in the log if every user of this machine can read a secret file. It is used all the same: how a secret reaches a
/// container is not always the operator's choice.
pub(crate) fn warn_if_others_can_read(file: &Path) {
    if is_readable_by(file, 0o004) {
        let file = file.display();
        tracing::warn!("every user of this machine can read {file}, which is secret; run `chmod o= {file}`");
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_in_a_directory_that_others_can_enter_become_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["usher.db", "usher.db-wal", "usher.lock", "notes.txt"] {
            fs::write(path(name), "").unwrap();
            fs::set_permissions(path(name), PermissionsExt::from_mode(0o644)).unwrap();
        }
        fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(others_can_enter(directory.path()), Some(0o755));

        close_files(directory.path()).unwrap();

        for name in ["usher.db", "usher.db-wal", "usher.lock"] {
            assert_eq!(mode(&path(name)), 0o600, "{name}");
        }
        assert_eq!(mode(&path("notes.txt")), 0o644);
        fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o700)).unwrap();
        assert_eq!(others_can_enter(directory.path()), None);
    }
}
