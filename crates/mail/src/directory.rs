//! A file for each mail.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use usher_domain::OutboxId;

use crate::letter::Wire;
use crate::post::{Outcome, Trouble};

/// A directory for mails.
#[derive(Debug, Clone)]
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    /// Writes a mail whole or not at all. Another copy of it replaces the first.
    pub(crate) async fn write(&self, id: OutboxId, wire: &Wire) -> Outcome {
        let (directory, bytes) = (self.0.clone(), wire.bytes.clone());
        let written = tokio::task::spawn_blocking(move || put(&directory, id, &bytes)).await;
        match written {
            Ok(Ok(())) => Outcome::Sent,
            Ok(Err(error)) => Outcome::NotSent(Trouble::passing(format!(
                "The file of the mail could not be written: {}.",
                error.kind()
            ))),
            Err(_) => Outcome::NotSent(Trouble::passing("The server is stopping.")),
        }
    }
}

fn put(directory: &Path, id: OutboxId, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = directory.join(format!(".{id}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Mails have links that set passwords.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, directory.join(format!("{id}.eml")))
}
