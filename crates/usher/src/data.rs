//! The data directory: where it is, and that one server at a time has it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use clap::Args;
use usher_journal_sqlite::{FILE_NAME, SqliteJournal, open_untouched};

use crate::{Failure, note, private};

/// The file that a server holds locked as long as it runs.
const LOCK_NAME: &str = "usher.lock";

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct DataArgument {
    /// The directory that keeps the data [default: the user's own, such as ~/.local/share/usher]
    #[arg(long, value_name = "DIR", env = "USHER_DATA", global = true)]
    data: Option<PathBuf>,
}

impl DataArgument {
    /// The directory that is meant.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        match self.data.clone().or_else(default_directory) {
            Some(directory) => Ok(directory),
            None => Err(Failure::said(
                "There is no home directory to keep the data in. Say where with `--data DIR`.",
            )),
        }
    }

    /// The directory, in which a server has kept data before, and of which nothing is missing that was noted.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        let directory = self.directory()?;
        note::existing(&directory)?;
        if directory.join(FILE_NAME).is_file() {
            return Ok(directory);
        }
        Err(Failure::said(format!(
            "There is no data of Usher in {}. Name the directory of the server with `--data DIR`.",
            directory.display()
        )))
    }
}

/// Opens the journal in a directory, makes both where they do not exist, and brings the journal's schema up to date. For
/// whoever holds the [`Lock`].
pub(crate) fn open_journal(directory: &Path, _lock: &Lock) -> Result<SqliteJournal, Failure> {
    open(directory)
}

/// Opens the journal in a directory for a command that may run beside a server. A server alone decides the schema while
/// it runs: data of an earlier version is brought up to date only where nobody holds the directory.
pub(crate) fn open_beside_server(directory: &Path) -> Result<SqliteJournal, Failure> {
    if !is_behind(directory).map_err(|error| cannot_open(directory, &*error))? {
        return open(directory);
    }
    let Some(lock) = Lock::try_take(directory)? else {
        return Err(Failure::said(format!(
            "The data in {} is of an earlier version of Usher, and a server has it open. Nothing was changed. Run this \
             command with the program that the server runs, or stop the server and start it with this version.",
            directory.display()
        )));
    };
    let journal = open_journal(directory, &lock)?;
    let connection = journal
        .connect()
        .map_err(|error| cannot_open(directory, &error))?;
    usher_identity::migrate(connection).map_err(|error| cannot_open(directory, &error))?;
    Ok(journal)
}

/// Whether the schema of the data is of an earlier version than this program.
fn is_behind(directory: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let Some(connection) = open_untouched(directory)? else {
        return Ok(true);
    };
    Ok(usher_journal_sqlite::is_behind(&connection)? || usher_identity::is_behind(&connection)?)
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

/// That no other server uses a directory, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the file is locked as long as it is open")] File);

impl Lock {
    /// Makes the directory where it does not exist, and takes it.
    pub(crate) fn take(directory: &Path) -> Result<Self, Failure> {
        Self::try_take(directory)?.ok_or_else(|| {
            Failure::said(format!(
                "Another Usher server uses the data in {}. Stop it first, or name another directory with `--data DIR`.",
                directory.display()
            ))
        })
    }

    /// Makes the directory where it does not exist, and takes it; none where another has it.
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
                        "other users of this machine can enter the data directory {} (mode {mode:o}): its files are for \
                         its owner alone; run `chmod 700 {}`",
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

/// What a first start has made so far. Where it fails before it serves, none of that stays behind.
#[derive(Debug)]
pub(crate) struct FirstStart {
    directory: PathBuf,
    /// The names that were there before; none where there was no directory.
    before: Option<BTreeSet<OsString>>,
    is_armed: bool,
}

impl FirstStart {
    /// Looks at a directory before anything is made in it; none where a server has kept data there.
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

    /// From now on this process alone makes files there: it has the lock.
    pub(crate) fn arm(&mut self) {
        self.is_armed = true;
    }

    /// The server serves, and what it has made stays.
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
            // What cannot be removed does no harm: the next start goes on with it.
            let _ = fs::remove_file(self.directory.join(name));
        }
        if self.before.is_none() {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

/// Whether a start makes files of this name. Others are somebody else's, however new.
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

/// What network file system a directory is on; none where it is on a local one, or nobody can tell.
#[cfg(target_os = "linux")]
pub(crate) fn network_file_system(directory: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(directory).ok()?.f_type;
    // The field is wider than the numbers, and has a sign on some machines.
    named_network_file_system(u32::try_from(kind & 0xffff_ffff).ok()?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn network_file_system(_directory: &Path) -> Option<&'static str> {
    None
}

/// By the numbers of the kernel's `magic.h` and of the file systems that it does not list.
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
    // It will hold hashes of passwords.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_start_that_fails_takes_away_what_it_made_and_nothing_else() {
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
    fn file_systems_that_are_reached_over_a_network_have_a_name() {
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
