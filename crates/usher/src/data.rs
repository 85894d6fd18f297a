//! The data directory: its location, and the lock that only one server at a time can hold.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use clap::Args;
use usher_journal_sqlite::{FILE_NAME, SqliteJournal, open_untouched};

use crate::{Failure, note, private};

/// The file that a running server keeps locked.
const LOCK_NAME: &str = "usher.lock";

/// The location of the data.
#[derive(Debug, Args)]
pub(crate) struct DataArgument {
    /// The data directory [default: one of the user's own, such as ~/.local/share/usher]
    #[arg(long, value_name = "DIR", env = "USHER_DATA", global = true)]
    data: Option<PathBuf>,
}

impl DataArgument {
    /// The directory that the arguments name, or the default.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        match self.data.clone().or_else(default_directory) {
            Some(directory) => Ok(directory),
            None => Err(Failure::said(
                "There is no home directory for the data. Name a directory with `--data DIR`.",
            )),
        }
    }

    /// The directory, provided that a server has kept data there and none of the noted data is missing.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        let directory = self.directory()?;
        note::existing(&directory)?;
        if directory.join(FILE_NAME).is_file() {
            return Ok(directory);
        }
        Err(Failure::said(format!(
            "There is no Usher data in {}. Name the server's directory with `--data DIR`.",
            directory.display()
        )))
    }
}

/// Opens the journal in a directory, creates both if they do not exist, and migrates the journal's schema. Needs the
/// [`Lock`].
pub(crate) fn open_journal(directory: &Path, _lock: &Lock) -> Result<SqliteJournal, Failure> {
    open(directory)
}

/// Opens the journal in a directory for a command that may run beside a server. Only a running server may change its
/// schema, so data of an earlier version is migrated only if nobody holds the lock.
pub(crate) fn open_beside_server(directory: &Path) -> Result<SqliteJournal, Failure> {
    if !is_behind(directory).map_err(|error| cannot_open(directory, &*error))? {
        return open(directory);
    }
    let Some(lock) = Lock::try_take(directory)? else {
        return Err(Failure::said(format!(
            "The data in {} is from an earlier version of Usher, and a server has it open. Nothing was changed. Run \
             this command with the server's own program, or stop the server and start this version.",
            directory.display()
        )));
    };
    let journal = open_journal(directory, &lock)?;
    let connection = journal
        .connect()
        .map_err(|error| cannot_open(directory, &error))?;
    usher_identity_sqlite::migrate(connection).map_err(|error| cannot_open(directory, &error))?;
    Ok(journal)
}

/// Whether the data has the schema of an earlier version than this program's.
fn is_behind(directory: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let Some(connection) = open_untouched(directory)? else {
        return Ok(true);
    };
    Ok(usher_journal_sqlite::is_behind(&connection)? || usher_identity_sqlite::is_behind(&connection)?)
}

fn open(directory: &Path) -> Result<SqliteJournal, Failure> {
    SqliteJournal::open(directory).map_err(|error| cannot_open(directory, &error))
}

fn cannot_open(directory: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because(
        format_args!("Cannot open the data in {}", directory.display()),
        error,
    )
}

fn default_directory() -> Option<PathBuf> {
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data_home = data_home.filter(|directory| directory.is_absolute());
    let data_home = data_home.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    data_home.map(|directory| directory.join("usher"))
}

/// Proof that no other server uses a directory, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the file is locked as long as it is open")] File);

impl Lock {
    /// Creates the directory if it does not exist, and locks it.
    pub(crate) fn take(directory: &Path) -> Result<Self, Failure> {
        Self::try_take(directory)?.ok_or_else(|| {
            Failure::said(format!(
                "Another Usher server uses the data in {}. Stop it first, or name another directory with `--data DIR`.",
                directory.display()
            ))
        })
    }

    /// Creates the directory if it does not exist, and locks it. `None` if another process holds the lock.
    fn try_take(directory: &Path) -> Result<Option<Self>, Failure> {
        let cannot = |error: &(dyn std::error::Error + 'static)| {
            let text = format_args!("Cannot use {} for the data", directory.display());
            Failure::because(text, error)
        };
        make(directory).map_err(|error| cannot(&error))?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(directory.join(LOCK_NAME))
            .map_err(|error| cannot(&error))?;
        match file.try_lock() {
            Ok(()) => {
                private::close_files(directory).map_err(|error| cannot(&error))?;
                if let Some(mode) = private::others_can_enter(directory) {
                    tracing::warn!(
                        "other users of this machine can enter the data directory {} (mode {mode:o}), which should be \
                         private to its owner; run `chmod 700 {}`",
                        directory.display(),
                        directory.display()
                    );
                }
                Ok(Some(Self(file)))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

/// The files that a first start has created so far. If it fails before it serves, they are removed.
#[derive(Debug)]
pub(crate) struct FirstStart {
    directory: PathBuf,
    /// The names that existed before; `None` if the directory did not exist.
    before: Option<BTreeSet<OsString>>,
    is_armed: bool,
}

impl FirstStart {
    /// Looks at a directory before anything is created in it. `None` if a server has kept data there.
    pub(crate) fn look(directory: &Path) -> Option<Self> {
        let names = names_in(directory).ok();
        if names
            .as_ref()
            .is_some_and(|names| names.contains(OsStr::new(FILE_NAME)))
        {
            return None;
        }
        Some(Self {
            directory: directory.to_owned(),
            before: names,
            is_armed: false,
        })
    }

    /// Marks that this process holds the lock, so new files are its own.
    pub(crate) fn arm(&mut self) {
        self.is_armed = true;
    }

    /// Keeps the created files, because the server serves now.
    pub(crate) fn succeeded(mut self) {
        self.is_armed = false;
    }
}

impl Drop for FirstStart {
    fn drop(&mut self) {
        if !self.is_armed {
            return;
        }
        let none = BTreeSet::new();
        let before = self.before.as_ref().unwrap_or(&none);
        for name in names_in(&self.directory).unwrap_or_default().difference(before) {
            if !is_made_by_a_start(name) {
                continue;
            }
            // A file that cannot be removed does no harm: the next start uses it.
            let _ = fs::remove_file(self.directory.join(name));
        }
        if self.before.is_none() {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

/// Whether a start creates files with this name. Others belong to somebody else, even if they are new.
fn is_made_by_a_start(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(FILE_NAME)
        || [
            LOCK_NAME,
            "secrets.key",
            "operator.key",
            "usher.first-start",
            "usher.note",
        ]
        .contains(&&*name)
}

fn names_in(directory: &Path) -> std::io::Result<BTreeSet<OsString>> {
    let entries = fs::read_dir(directory)?;
    entries.map(|entry| Ok(entry?.file_name())).collect()
}

/// The network file system that a directory is on; `None` if it is on a local one, or unknown.
#[cfg(target_os = "linux")]
pub(crate) fn network_file_system(directory: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(directory).ok()?.f_type;
    // The field is wider than the numbers, and signed on some machines.
    named_network_file_system(u32::try_from(kind & 0xffff_ffff).ok()?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn network_file_system(_directory: &Path) -> Option<&'static str> {
    None
}

/// Knows the numbers of the kernel's `magic.h` and of file systems that it does not list.
#[cfg(target_os = "linux")]
const fn named_network_file_system(kind: u32) -> Option<&'static str> {
    Some(match kind {
        0x6969 => "NFS",
        0x517b | 0xfe53_4d42 | 0xff53_4d42 => "SMB",
        0x0102_1997 => "9P",
        0x00c3_6400 => "Ceph",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x786f_4256 => "VirtualBox shared folders",
        _ => return None,
    })
}

fn make(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // The directory will hold password hashes.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_first_start_removes_the_files_it_created_and_no_others() {
        let directory = tempfile::tempdir().unwrap();
        let (fresh, used) = (directory.path().join("fresh"), directory.path().join("used"));
        fs::create_dir(&used).unwrap();
        fs::write(used.join("usher.toml"), "").unwrap();
        let fail_in = |data: &Path| {
            let mut first = FirstStart::look(data).unwrap();
            let _lock = Lock::take(data).unwrap();
            first.arm();
            fs::write(data.join(FILE_NAME), "").unwrap();
            fs::write(data.join("secrets.key"), "").unwrap();
        };

        fail_in(&fresh);
        fail_in(&used);
        fs::write(used.join(FILE_NAME), "").unwrap();

        assert!(!fresh.exists());
        assert!(FirstStart::look(&used).is_none(), "it has data");
        assert_eq!(names_in(&used).unwrap().len(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn network_file_systems_have_a_name() {
        assert_eq!(named_network_file_system(0x6969), Some("NFS"));
        assert_eq!(named_network_file_system(0xff53_4d42), Some("SMB"));
        // ext, tmpfs, overlay, XFS and Btrfs.
        for local in [0xef53, 0x0102_1994, 0x794c_7630, 0x5846_5342, 0x9123_683e] {
            assert_eq!(named_network_file_system(local), None);
        }
        assert_eq!(network_file_system(&std::env::temp_dir()), None);
    }

    #[test]
    fn a_directory_has_one_server_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("deep/usher");

        let first = Lock::take(&data).unwrap();
        let second = Lock::take(&data).unwrap_err().to_string();
        drop(first);

        assert!(
            second.starts_with("Another Usher server uses the data in"),
            "{second}"
        );
        assert!(Lock::take(&data).is_ok());
    }
}
