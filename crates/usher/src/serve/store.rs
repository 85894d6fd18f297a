//! What a server stands on.

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

/// What the key for digests of stored state is derived for.
const STORED_STATE: &str = "stored state";

/// What a server stands on.
pub(crate) struct Store {
    pub(super) journal: SqliteJournal,
    pub(crate) identity: Identity,
    pub(super) directory: Option<PathBuf>,
    /// The file with the secrets key, where this start made it.
    pub(super) made_key: Option<PathBuf>,
    /// Makes and checks the digests of stored state.
    pub(super) authenticator: Authenticator,
    /// Notes the newest change beside the database.
    pub(super) keeper: Option<Arc<Keeper>>,
    _lock: Option<Lock>,
}

/// Makes and checks the digests of stored state, with these secrets keys.
pub(crate) fn authenticator(keys: &SecretsKeys) -> Authenticator {
    Authenticator::new(&keys.derive(STORED_STATE))
}

impl Store {
    /// What a server in memory stands on.
    pub(crate) fn in_memory() -> Result<Self, Failure> {
        let journal = SqliteJournal::open_in_memory()
            .map_err(|error| Failure::because("The sandbox could not start", &error))?;
        Ok(Self {
            journal,
            identity: Identity::in_memory().map_err(|error| cannot_open(&error))?,
            directory: None,
            made_key: None,
            authenticator: Authenticator::unkeyed(),
            keeper: None,
            _lock: None,
        })
    }

    /// What a server on the data in `directory` stands on. Where something that was acknowledged is missing, nothing is
    /// touched, unless the operator accepts that.
    pub(super) fn open(
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
        if let Some(loss) = evidence.loss(known.as_ref()) {
            if !accept_loss {
                return Err(Failure::said(loss.refusal(&directory)));
            }
            tracing::warn!(
                loss = loss.found(&directory),
                "the operator accepts that something is missing"
            );
        }
        if let Some(at) = evidence.last_alive() {
            tracing::info!(until = moment(at), "a server was last at work on this data");
        }
        evidence.mark_first_start().map_err(|error| {
            let text = format_args!("Cannot use {} for the data", directory.display());
            Failure::because(text, &error)
        })?;
        let journal = open_journal(&directory, &lock)?;
        let (identity, keys, made_key) = secrets.open_identity(&journal, &directory, config)?;
        let authenticator = authenticator(&keys);
        let keeper = Keeper::new(directory.clone(), journal.clone(), authenticator.clone());
        Ok(Self {
            journal,
            identity,
            made_key,
            authenticator,
            keeper: Some(Arc::new(keeper)),
            directory: Some(directory),
            _lock: Some(lock),
        })
    }

    /// Checks all snapshots, and makes the read models again where a migration asks for it. For a start, before
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
                "Stored state was changed by a hand, or with another secrets key: {}. Find out who could write the data \
                 (`usher verify` says more); then `usher rebuild` drops it, and it is made again from the journal.",
                faults.join("; ")
            )));
        }
        let is_stale = self.journal.connect().map_err(|error| cannot(&error))?;
        let is_stale = facts(&is_stale).map_err(|error| cannot(&error))?;
        if is_stale.is_some_and(|facts| facts.is_stale) {
            tracing::info!("making the read models again, which this version keeps more of");
            maintenance::rebuild(&self.journal, |_| {})
                .await
                .map_err(|error| Failure::because("The read models could not be made again", &error))?;
        }
        Ok(())
    }

    /// Notes the newest change beside the database, from now on whenever there is one.
    pub(super) fn begin_note(&self) -> Result<(), Failure> {
        let (Some(keeper), Some(directory)) = (&self.keeper, &self.directory) else {
            return Ok(());
        };
        keeper.begin().map_err(|error| cannot_note(directory, &error))
    }
}

fn cannot_note(directory: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    let text = format_args!("Cannot note the newest change in {}", directory.display());
    Failure::because(text, error)
}

pub(super) fn cannot_open(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("Cannot open the credentials", error)
}

/// The name of the file with the first operator key in the data directory, where nobody sees it on a terminal.
const OPERATOR_KEY_NAME: &str = "operator.key";

/// The operator key that a first start draws.
pub(super) enum FirstKey {
    /// Shown on the terminal.
    Shown(Secret),
    /// Kept in this file: what is written to no terminal ends up in logs.
    Kept(PathBuf),
}

impl FirstKey {
    /// Keeps a new key in a file of the data directory, unless a person reads the output, or there is no directory.
    pub(super) fn new(key: Secret, directory: Option<&Path>, is_shown: bool) -> Result<Self, Failure> {
        let Some(directory) = directory.filter(|_| !is_shown) else {
            return Ok(Self::Shown(key));
        };
        let file = directory.join(OPERATOR_KEY_NAME);
        replace(&file, format!("{}\n", key.expose()).as_bytes()).map_err(|error| {
            let text = format_args!("Cannot keep the operator key in {}", file.display());
            Failure::because(text, &error)
        })?;
        Ok(Self::Kept(file))
    }
}

/// Sets the key that the operator brings, or draws one where there is none yet: that one has to be shown, and then
/// [set](set_operator_key), so that a start that is cut short leaves no key that nobody has seen.
pub(crate) async fn first_operator_key(
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

/// Makes `key` the first operator key.
pub(crate) async fn set_operator_key(identity: &Identity, key: &str) -> Result<(), Failure> {
    let set = identity.set_operator_key(key, Clock::System.now()).await;
    set.map_err(|error| cannot_use_key(&error))
}

fn cannot_use_key(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::because("The operator key cannot be used", error)
}
