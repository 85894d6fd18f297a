//! The storage of a server: journal, credentials, note.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use usher_engine::{Clock, maintenance};
use usher_identity::{Identity, Secret, SecretsKeys};
use usher_journal::Authenticator;
use usher_journal_sqlite::{SqliteJournal, facts};

use super::config::Config;
use super::secrets::SecretsArguments;
use crate::Failure;
use crate::data::{Lock, open_journal};
use crate::note::{Evidence, Keeper, replace};
use crate::words::moment;

/// The purpose for which the key of stored state's digests is derived.
const STORED_STATE: &str = "stored state";

/// The storage of a server.
pub(super) struct Store {
    pub(super) journal: SqliteJournal,
    pub(super) identity: Identity,
    pub(super) directory: Option<PathBuf>,
    /// The file with the secrets key, if this start created it.
    pub(super) made_key: Option<PathBuf>,
    /// Whether acknowledged changes are missing, and the operator accepts that.
    pub(super) has_accepted_loss: bool,
    /// Makes and checks digests of stored state.
    pub(super) authenticator: Authenticator,
    /// Writes the note of the newest change beside the database.
    pub(super) keeper: Option<Arc<Keeper>>,
    _lock: Option<Lock>,
}

/// Makes and checks digests of stored state, with these secrets keys.
pub(crate) fn authenticator(keys: &SecretsKeys) -> Authenticator {
    Authenticator::new(&keys.derive(STORED_STATE))
}

impl Store {
    /// Storage in memory.
    pub(super) fn in_memory() -> Result<Self, Failure> {
        let journal = SqliteJournal::open_in_memory()
            .map_err(|error| Failure::because("The sandbox could not start", &error))?;
        Ok(Self {
            journal,
            identity: Identity::in_memory().map_err(|error| cannot_open(&error))?,
            directory: None,
            made_key: None,
            has_accepted_loss: false,
            authenticator: Authenticator::unkeyed(),
            keeper: None,
            _lock: None,
        })
    }

    /// Opens the storage in `directory`. If acknowledged changes are missing, nothing is touched unless the operator
    /// accepts that.
    pub(super) async fn open(
        directory: PathBuf,
        lock: Lock,
        secrets: &SecretsArguments,
        config: &Config,
        accept_loss: bool,
    ) -> Result<Self, Failure> {
        let evidence = Evidence::of(&directory)?;
        let known = secrets.known(&directory, config)?;
        if let Some(keys) = &known
            && evidence.is_of_other_keys(keys)
        {
            return Err(Failure::said(evidence.other_keys_refusal()));
        }
        let known = known.as_ref().map(authenticator);
        let loss = evidence.loss(known.as_ref());
        if let Some(loss) = &loss {
            if !accept_loss {
                return Err(Failure::said(loss.refusal(&directory)));
            }
            tracing::warn!(loss = loss.found(&directory), "the operator accepts the loss");
        }
        if let Some(at) = evidence.last_alive() {
            tracing::info!(until = moment(at), "a server last used this data");
        }
        evidence.mark_first_start().map_err(|error| {
            let text = format_args!("Cannot use {} for the data", directory.display());
            Failure::because(text, &error)
        })?;
        let journal = open_journal(&directory, &lock)?;
        let (identity, keys, made_key) = secrets.open_identity(&journal, &directory, config).await?;
        let authenticator = authenticator(&keys);
        let keeper = Keeper::new(directory.clone(), journal.clone(), authenticator.clone());
        Ok(Self {
            journal,
            identity,
            made_key,
            has_accepted_loss: loss.is_some(),
            authenticator,
            keeper: Some(Arc::new(keeper)),
            directory: Some(directory),
            _lock: Some(lock),
        })
    }

    /// Checks all snapshots, and rebuilds the read models if a migration requires it. Called at the start, before
    /// anything is loaded.
    pub(super) async fn check(&self) -> Result<(), Failure> {
        let cannot = |error: &(dyn std::error::Error + 'static)| {
            Failure::because("The stored state cannot be checked", error)
        };
        let report = maintenance::check_snapshots(&self.journal, &self.authenticator)
            .await
            .map_err(|error| cannot(&error))?;
        if !report.faults.is_empty() {
            let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
            return Err(Failure::said(format!(
                "Stored state was changed by somebody, or with another secrets key: {}. Find out who could write the \
                 data (`usher verify` says more); then run `usher rebuild`, which drops it and rebuilds it from the \
                 journal.",
                faults.join("; ")
            )));
        }
        let is_stale = self.journal.connect().map_err(|error| cannot(&error))?;
        let is_stale = facts(&is_stale).map_err(|error| cannot(&error))?;
        if is_stale.is_some_and(|facts| facts.is_stale) {
            tracing::info!("rebuilding the read models, which have more data in this version");
            maintenance::rebuild(&self.journal, |_| {})
                .await
                .map_err(|error| Failure::because("The read models could not be rebuilt", &error))?;
        }
        Ok(())
    }

    /// Writes the first note, and from then on one whenever there is a new change.
    pub(super) fn begin_note(&self) -> Result<(), Failure> {
        let (Some(keeper), Some(directory)) = (&self.keeper, &self.directory) else {
            return Ok(());
        };
        keeper.begin().map_err(|error| cannot_note(directory, &error))
    }
}

fn cannot_note(directory: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    let text = format_args!(
        "Cannot write the note of the newest change in {}",
        directory.display()
    );
    Failure::because(text, error)
}

pub(super) fn cannot_open(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("Cannot open the credentials", error)
}

/// The name of the file in the data directory for the first operator key, used if the output is not a terminal.
const OPERATOR_KEY_NAME: &str = "operator.key";

/// The operator key of a first start.
pub(super) enum FirstKey {
    /// To be printed to the terminal.
    Shown(Secret),
    /// Written to this file: output that is not a terminal usually ends up in a log.
    Kept(PathBuf),
}

impl FirstKey {
    /// Writes a new key to a file in the data directory, unless a person reads the output or there is no directory.
    pub(super) fn new(key: Secret, directory: Option<&Path>, is_shown: bool) -> Result<Self, Failure> {
        let Some(directory) = directory.filter(|_| !is_shown) else {
            return Ok(Self::Shown(key));
        };
        let file = directory.join(OPERATOR_KEY_NAME);
        replace(&file, format!("{}\n", key.expose()).as_bytes()).map_err(|error| {
            let text = format_args!("Cannot write the operator key to {}", file.display());
            Failure::because(text, &error)
        })?;
        Ok(Self::Kept(file))
    }
}

/// Sets the operator's own key, or draws one if there is none yet. A drawn key must be shown before it is
/// [set](set_operator_key), so that an interrupted start leaves no key that nobody has seen.
pub(super) async fn first_operator_key(
    identity: &Identity,
    given: Option<&str>,
) -> Result<Option<Secret>, Failure> {
    match given {
        Some(key) => set_operator_key(identity, key).await.map(|()| None),
        None => identity
            .draw_operator_key()
            .map_err(|error| cannot_use_key(&error)),
    }
}

/// Stores `key` as the first operator key.
pub(super) async fn set_operator_key(identity: &Identity, key: &str) -> Result<(), Failure> {
    let set = identity.set_operator_key(key, Clock::System.now()).await;
    set.map_err(|error| cannot_use_key(&error))
}

fn cannot_use_key(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("The operator key cannot be used", error)
}
