//! `usher verify`: checks that stored data is unchanged, and that everything derived from it is right.

mod anchor;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use usher_app::Verdict;
use usher_engine::maintenance::{self, Fault, Progress, Report};
use usher_identity::{OperatorKeysAtRest, SecretsKeys, TrailFault, TrailReport};
use usher_identity_sqlite::{SqliteStore, TableFault, check_tables};
use usher_journal::{Authenticator, JournalError};
use usher_journal_sqlite::{SqliteJournal, facts};

use self::anchor::Anchors;
use crate::data::{DataArgument, open_beside_server};
use crate::note::Evidence;
use crate::serve::{SECRETS_KEY_WAYS, SecretsArguments, authenticator};
use crate::terminal::WARNING;
use crate::words::plural;
use crate::{Failure, Terminal, progress, upkeep};

/// What to do if the audit trail of operator keys was changed.
const ADVICE_ON_TRAIL: &str = "The audit trail of operator keys was changed. Find out who could write the data, \
    revoke the operator keys that you do not know (`usher operator-key list`), and keep a copy of the data.";

/// What to do if the credential tables are inconsistent.
const ADVICE_ON_CREDENTIALS: &str = "The tables of credentials are inconsistent. Find out who could \
    write the data, keep a copy of it, and restore a backup from before the change, or have the credentials named \
    above created again.";

/// What to do if something differs from the anchors.
const ADVICE_ON_ANCHOR: &str = "The data differs from the anchor. If you have restored a backup since the anchor was \
    made, or started with `--accept-loss`, that is why: check that only commits newer than the backup are named, move \
    the anchor file away, and run this again to create a new one. Otherwise commits were cut off or rewritten: find \
    out who could write the data, keep a copy of it, and restore a backup that has them.";

/// What to do if `SQLite` finds the file damaged.
const ADVICE_ON_FILE: &str = "The database file is damaged, by its disk or by somebody. Stop the server, keep a copy \
    of the data, and restore a backup.";

const FOREIGN_NOTE: &str = "usher.note: it was not written with the secrets key of this server";

/// What to do if the note is not this server's.
const ADVICE_ON_NOTE: &str = "It is unknown whether the end of the database is missing. Find out who could write the \
    data; a start with `--accept-loss` writes the note again.";

/// The message for tables that an upgrade has added to.
const STALE: &str = "The tables behind reports and lists were not compared: the next start rebuilds them, because \
    they have more data in this version.";

/// Check everything that is stored: commits, everything derived from them, credentials; even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Compares every snapshot, and every row of the tables behind reports and lists, with the commits. With
the secrets key (in the data directory, or given), also checks the digests of snapshots and of
usher.note, and that sealed secrets can be opened. A start checks only the digests, and that no
noted change is missing.

Exit codes: 0, everything was checked and is right; 1, something is wrong, or cannot be read; 2, the
arguments are wrong, or the secrets key belongs to other data; 3, nothing is wrong, but not everything
could be checked: the output says what, and why.

If somebody cuts off the end of a chain and removes all traces of it, the rest is consistent in itself.
An anchor file shows even that: it has the newest commit of each account and the newest change of
operator keys. It is compared, and then updated if nothing is wrong. Keep it where nobody who can write
the data can write it.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
    /// A file with the newest commit of each account, to compare with; it is created if it does not exist
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    #[command(flatten)]
    secrets: SecretsArguments,
}

/// Checks everything that is stored, and names what is wrong.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let directory = arguments.data.existing()?;
    let keys = arguments.secrets.known_at(&directory)?;
    let evidence = Evidence::of(&directory)?;
    if let Some(keys) = &keys
        && evidence.is_of_other_keys(keys)
    {
        return Err(Failure::Usage(evidence.other_keys_refusal()));
    }
    let authenticator = keys.as_ref().map(authenticator);
    let journal = open_beside_server(&directory)?;
    let before = arguments.anchor.as_deref().map(Anchors::read).transpose()?;
    let before = before.flatten();
    let has_anchor = before.is_some();
    let before = before.unwrap_or_default();
    let bar = progress::counter("Checking", terminal.is_watched());
    let checked = progress::block_on(check(&journal, &before, authenticator.as_ref(), |done| {
        bar.set_position(done.commits);
    }))?;
    let (mut report, unlike_anchor, damage) =
        checked.map_err(|error| Failure::because("The journal cannot be checked", &error))?;
    bar.finish_and_clear();
    let (trail, trail_unlike_anchor) = progress::block_on(check_trail(&journal, &before))??;
    let credentials = check_credentials(&journal, keys.as_ref())?;

    let mut found = Findings::default();
    if keys.is_none() {
        found.unchecked.extend(unchecked_without_key(&evidence, &report));
    }
    if are_tables_stale(&journal)? {
        report.faults.retain(|fault| !fault.is_of_read_models());
        found.unchecked.push(STALE.to_owned());
    }
    found.add(&report.faults, || advice(&report.faults, &extent(&report)));
    found.add(&trail.faults, || ADVICE_ON_TRAIL.to_owned());
    let of_journal = unlike_anchor.iter().map(ToString::to_string);
    let of_trail = trail_unlike_anchor.iter().map(ToString::to_string);
    let unlike_anchor: Vec<_> = of_journal.chain(of_trail).collect();
    found.add(&unlike_anchor, || ADVICE_ON_ANCHOR.to_owned());
    found.add(&credentials, || ADVICE_ON_CREDENTIALS.to_owned());
    let damage: Vec<_> = damage.iter().map(|line| format!("database: {line}")).collect();
    found.add(&damage, || ADVICE_ON_FILE.to_owned());
    if authenticator.is_some_and(|authenticator| evidence.has_foreign_note(&authenticator)) {
        found.add(&[FOREIGN_NOTE], || ADVICE_ON_NOTE.to_owned());
    }
    for fault in &report.mended {
        writeln!(terminal.out(), "{fault}")?;
    }
    if let Some(file) = &arguments.anchor
        && found.lines.is_empty()
    {
        Anchors::of(std::mem::take(&mut report.heads), trail.head).write(file)?;
        if !has_anchor {
            let file = file.display();
            writeln!(
                terminal.err(),
                "{WARNING} There was no anchor {file}, so nothing was compared with it. It exists from now on."
            )?;
        }
    }
    let changes = plural(trail.entries, "change", "changes");
    upkeep::note_verify(&directory, found.verdict());
    found.tell(
        &format!("{}, and {changes} of operator keys", extent(&report)),
        terminal,
    )
}

/// How much was read.
fn extent(report: &Report) -> String {
    format!(
        "{} in {}",
        plural(report.done.commits, "commit", "commits"),
        plural(report.done.accounts, "account", "accounts")
    )
}

/// The faults line by line, what to do about them, and what could not be checked.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    advice: Vec<String>,
    unchecked: Vec<String>,
}

impl Findings {
    fn add<T: ToString>(&mut self, faults: &[T], advice: impl FnOnce() -> String) {
        if !faults.is_empty() {
            self.lines.extend(faults.iter().map(ToString::to_string));
            self.advice.push(advice());
        }
    }

    const fn verdict(&self) -> Verdict {
        if !self.lines.is_empty() {
            Verdict::Wrong
        } else if self.unchecked.is_empty() {
            Verdict::Right
        } else {
            Verdict::Incomplete
        }
    }

    /// Prints what was found in the `checked` data.
    fn tell(mut self, checked: &str, terminal: &mut Terminal) -> Result<(), Failure> {
        if !self.lines.is_empty() {
            for line in &self.lines {
                writeln!(terminal.out(), "{line}")?;
            }
            self.advice.append(&mut self.unchecked);
            return Err(Failure::said(self.advice.join(" ")));
        }
        if self.unchecked.is_empty() {
            writeln!(terminal.out(), "Everything is right: {checked}.")?;
            return Ok(());
        }
        writeln!(terminal.out(), "Everything checked is right: {checked}.")?;
        Err(Failure::Incomplete(self.unchecked.join(" ")))
    }
}

/// What cannot be checked without the secrets key; `None` if nothing depends on it.
fn unchecked_without_key(evidence: &Evidence, report: &Report) -> Option<String> {
    let snapshots = report.unchecked_snapshots;
    let mut parts = Vec::new();
    if snapshots > 0 {
        parts.push(format!(
            "the {} of {}",
            if snapshots == 1 { "digest" } else { "digests" },
            plural(snapshots, "snapshot", "snapshots")
        ));
    }
    if evidence.sealed_secrets() > 0 {
        parts.push(plural(
            evidence.sealed_secrets(),
            "sealed secret",
            "sealed secrets",
        ));
    }
    if evidence.has_note() {
        parts.push("the note of the newest change".to_owned());
    }
    (!parts.is_empty()).then(|| {
        format!(
            "Not checked, because the secrets key is not known: {}. Give it with {SECRETS_KEY_WAYS}.",
            parts.join(", ")
        )
    })
}

/// Faults of the journal and everything derived from it, differences from the anchors, and `SQLite`'s own check of the
/// file.
async fn check(
    journal: &SqliteJournal,
    before: &Anchors,
    authenticator: Option<&Authenticator>,
    progress: impl FnMut(Progress) + Send,
) -> Result<(Report, Vec<Fault>, Vec<String>), JournalError> {
    let report = maintenance::verify(journal, journal, authenticator, progress).await?;
    let unlike_anchor = before.compare(journal).await?;
    Ok((report, unlike_anchor, journal.integrity().await?))
}

/// Whether the tables that derive from the journal lack data that a migration added.
fn are_tables_stale(journal: &SqliteJournal) -> Result<bool, Failure> {
    let cannot =
        |error: &(dyn std::error::Error + 'static)| Failure::because("The journal cannot be checked", error);
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let facts = facts(&connection).map_err(|error| cannot(&error))?;
    Ok(facts.is_some_and(|facts| facts.is_stale))
}

fn check_credentials(
    journal: &SqliteJournal,
    keys: Option<&SecretsKeys>,
) -> Result<Vec<TableFault>, Failure> {
    let cannot = |error: &(dyn std::error::Error + 'static)| {
        Failure::because("The credentials cannot be checked", error)
    };
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    check_tables(&connection, keys).map_err(|error| cannot(&error))
}

/// Checks the audit trail of operator keys, which is outside of the journal, and compares it with the anchors.
async fn check_trail(
    journal: &SqliteJournal,
    before: &Anchors,
) -> Result<(TrailReport, Option<TrailFault>), Failure> {
    let cannot = |error: &(dyn std::error::Error + 'static)| {
        Failure::because("The audit trail of operator keys cannot be checked", error)
    };
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let store = SqliteStore::open(connection).map_err(|error| cannot(&error))?;
    let keys = OperatorKeysAtRest::new(Arc::new(store));
    let report = keys.check_trail().await.map_err(|error| cannot(&error))?;
    let unlike_anchor = before.compare_trail(&keys).await;
    Ok((report, unlike_anchor.map_err(|error| cannot(&error))?))
}

/// What to do about the faults.
fn advice(faults: &[Fault], checked: &str) -> String {
    let accounts = count_accounts(faults, Fault::is_of_journal);
    let breaking = count_accounts(faults, Fault::is_of_rules);
    if accounts == 0 && breaking > 0 {
        return format!(
            "{} a rule of Usher, although no commit was changed ({checked} read). That is a bug in Usher: keep a \
             copy of the data and report it. The server can keep running: an oversold pool drains.",
            if breaking == 1 {
                "1 account breaks".to_owned()
            } else {
                format!("{breaking} accounts break")
            },
        );
    }
    if accounts == 0 {
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        return format!(
            "{} from the journal {} wrong ({checked} read, and none was changed). Find out who could \
             write the data; then stop the server, and run `usher rebuild` to rebuild everything that derives from \
             commits.",
            plural(count, "stored row that derives", "stored rows that derive"),
            if count == 1 { "is" } else { "are" },
        );
    }
    let broken = plural(accounts, "account is", "accounts are");
    format!(
        "The journal of {broken} changed ({checked} read). Stop the server, keep a copy of the data, and restore \
         a backup from before the named commit."
    )
}

fn count_accounts(faults: &[Fault], is_counted: impl Fn(&Fault) -> bool) -> u64 {
    let counted = faults.iter().filter(|fault| is_counted(fault));
    let accounts: BTreeSet<_> = counted.map(Fault::account).collect();
    u64::try_from(accounts.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use usher_domain::AccountId;
    use usher_engine::maintenance::FaultLocation;
    use usher_journal::Seq;

    use super::*;

    fn fault(location: FaultLocation) -> Fault {
        Fault {
            location,
            problem: "something".to_owned(),
        }
    }

    #[test]
    fn a_broken_rule_is_distinguished_from_changed_commits() {
        let account = AccountId::from_bits(1);
        let seq = Seq::ZERO.next();
        let of_rules = fault(FaultLocation::Rule { account, seq });
        let of_journal = fault(FaultLocation::Commit { account, seq });

        let broken = advice(&[of_rules.clone(), of_rules.clone()], "2 commits in 1 account");
        let both = advice(&[of_rules, of_journal], "2 commits in 1 account");

        assert!(broken.starts_with("1 account breaks a rule of Usher"), "{broken}");
        assert!(both.starts_with("The journal of 1 account is changed"), "{both}");
    }

    #[test]
    fn an_account_counts_once_wherever_its_faults_are_in_the_list() {
        let seq = Seq::ZERO.next();
        let faults = [1, 2, 1, 2].map(|bits| {
            let account = AccountId::from_bits(bits);
            fault(FaultLocation::Commit { account, seq })
        });

        let advice = advice(&faults, "4 commits in 2 accounts");

        assert!(
            advice.starts_with("The journal of 2 accounts are changed"),
            "{advice}"
        );
    }
}
