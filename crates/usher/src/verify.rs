//! `usher verify`: whether what is stored is what was written, and what is derived from it is what follows.

mod anchor;

use std::path::PathBuf;

use clap::Args;
use usher_engine::maintenance::{self, Fault, Progress, Report};
use usher_identity::{OperatorKeysAtRest, SecretsKeys, TableFault, TrailFault, TrailReport};
use usher_journal::{Authenticator, JournalError};
use usher_journal_sqlite::{SqliteJournal, facts};

use self::anchor::Anchors;
use crate::data::{DataArgument, open_beside_server};
use crate::note::Evidence;
use crate::serve::{SECRETS_KEY_WAYS, SecretsArguments, authenticator};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// What to do where the trail of operator keys is not what was written.
const ADVICE_ON_TRAIL: &str = "The trail of operator keys is not what was written. Find out who could write the data, \
    revoke the operator keys that you do not know (`usher operator-key list`), and keep a copy of the data.";

/// What to do where the credential tables are not such as Usher writes them.
const ADVICE_ON_CREDENTIALS: &str = "The tables of credentials are not such as Usher writes them. Find out who could \
    write the data, keep a copy of it, and go back to a backup from before, or have the credentials that are named made \
    again.";

/// What to do where something is not what it was when the anchor was made.
const ADVICE_ON_ANCHOR: &str = "The data is not what it was when the anchor was made. If you went back to a backup since \
    then, or started with `--accept-loss`, that is why: see that only newer commits than the backup's are named, move the \
    anchor's file away, and run this again to make another. Otherwise commits were cut off or rewritten: find out who \
    could write the data, keep a copy of it, and go back to a backup that has them.";

/// What to do where the database finds the file damaged.
const ADVICE_ON_FILE: &str = "The database's file is damaged, by its disk or by a hand. Stop the server, keep a copy of \
    the data, and go back to a backup.";

const FOREIGN_NOTE: &str = "usher.note: it was not written with the secrets key of this server";

/// What to do where the note is not this server's.
const ADVICE_ON_NOTE: &str = "Whether the end of the database is missing cannot be told. Find out who could write the \
    data; a start with `--accept-loss` writes the note again.";

/// Said of tables that an upgrade has added to.
const STALE: &str = "The tables that reports and lists read were not compared: the next start makes them again, because \
    this version keeps more in them.";

/// Check all that is stored: commits, what is derived from them, credentials; also while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Compares every snapshot and every row of the tables that reports and lists read with what the commits
give. With the secrets key (in the data directory, or given), the digests of snapshots and of usher.note
are checked as well, and that sealed secrets open. A start checks only the digests, and that nothing
that was noted is missing.

Exit codes: 0, all was checked and is well; 1, something is not as it should be, or cannot be read; 2,
the arguments are wrong, the secrets key for one; 3, nothing is wrong, but not all could be checked: it
says what, and why.

What is cut off at the end of a chain together with all traces of it leaves a chain that is whole. An anchor, kept
where whoever can write the data cannot write, shows that too: it holds the newest commit of each account, and the
newest change of operator keys. It is compared first, and written again where all is well.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
    /// A file with the newest commit of each account, to compare with; it is made where it does not exist
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    #[command(flatten)]
    secrets: SecretsArguments,
}

/// Walks through all that is stored, and names what is not as it should be.
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
    let before = before.unwrap_or_default();
    let bar = progress::counter("Checking", terminal.is_watched());
    let checked = progress::block_on(check(&journal, &before, authenticator.as_ref(), |done| {
        bar.set_position(done.commits);
    }))?;
    let (mut report, unlike_anchor, damage) =
        checked.map_err(|error| Failure::because("The journal cannot be checked", &error))?;
    bar.finish_and_clear();
    let (trail, trail_unlike_anchor) = check_trail(&journal, &before)?;
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
    }
    let changes = plural(trail.entries, "change", "changes");
    found.tell(
        &format!("{}, and {changes} of operator keys", extent(&report)),
        terminal,
    )
}

/// What was read.
fn extent(report: &Report) -> String {
    format!(
        "{} in {}",
        plural(report.done.commits, "commit", "commits"),
        plural(report.done.accounts, "account", "accounts")
    )
}

/// What is wrong, line by line, what to do about it, and what could not be checked.
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

    /// Tells what was found in the `checked` data.
    fn tell(mut self, checked: &str, terminal: &mut Terminal) -> Result<(), Failure> {
        if !self.lines.is_empty() {
            for line in &self.lines {
                writeln!(terminal.out(), "{line}")?;
            }
            self.advice.append(&mut self.unchecked);
            return Err(Failure::said(self.advice.join(" ")));
        }
        if self.unchecked.is_empty() {
            writeln!(terminal.out(), "All is well: {checked}.")?;
            return Ok(());
        }
        writeln!(terminal.out(), "What was checked is well: {checked}.")?;
        Err(Failure::Incomplete(self.unchecked.join(" ")))
    }
}

/// What cannot be checked where the secrets key is not known; none where there is nothing that was made with it.
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

/// What is wrong with the journal and what was made of it, what differs from the anchors, and what the database says of
/// its file.
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

/// Whether the tables that derive from the journal lack what a migration added to them.
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
    usher_identity::check_tables(&connection, keys).map_err(|error| cannot(&error))
}

/// The trail of operator keys, which stands beside the journal, and what of it differs from the anchors.
fn check_trail(
    journal: &SqliteJournal,
    before: &Anchors,
) -> Result<(TrailReport, Option<TrailFault>), Failure> {
    let cannot = |error: &(dyn std::error::Error + 'static)| {
        Failure::because("The trail of operator keys cannot be checked", error)
    };
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let keys = OperatorKeysAtRest::open(connection).map_err(|error| cannot(&error))?;
    let report = keys.check_trail().map_err(|error| cannot(&error))?;
    let unlike_anchor = before.compare_trail(&keys).map_err(|error| cannot(&error))?;
    Ok((report, unlike_anchor))
}

/// What to do about it.
fn advice(faults: &[Fault], checked: &str) -> String {
    let accounts = count_accounts(faults, Fault::is_of_journal);
    let breaking = count_accounts(faults, Fault::is_of_rules);
    if accounts == 0 && breaking > 0 {
        return format!(
            "{} a rule of Usher, by commits that are what was written ({checked} read). That is a fault of Usher: keep a \
             copy of the data and report it. The server can go on: a pool that was given more seats than it has drains.",
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
            "{} from the journal {} not what it says ({checked} read, and they are what was written). Find out who could \
             write the data; then stop the server, and `usher rebuild` makes again what is derived.",
            plural(count, "stored row that derives", "stored rows that derive"),
            if count == 1 { "is" } else { "are" },
        );
    }
    let broken = plural(accounts, "account is", "accounts are");
    format!(
        "The journal of {broken} not what was written ({checked} read). Stop the server, keep a copy of the data, and go \
         back to a backup from before the commit that is named."
    )
}

fn count_accounts(faults: &[Fault], is_counted: impl Fn(&Fault) -> bool) -> u64 {
    let mut accounts: Vec<_> = faults.iter().filter(|fault| is_counted(fault)).collect();
    accounts.dedup_by_key(|fault| fault.account());
    u64::try_from(accounts.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use usher_domain::AccountId;
    use usher_engine::maintenance::Place;
    use usher_journal::Seq;

    use super::*;

    fn fault(place: Place) -> Fault {
        Fault {
            place,
            problem: "something".to_owned(),
        }
    }

    #[test]
    fn who_breaks_a_rule_is_told_apart_from_whose_commits_were_changed() {
        let account = AccountId::from_bits(1);
        let seq = Seq::ZERO.next();
        let of_rules = fault(Place::Rule { account, seq });
        let of_journal = fault(Place::Commit { account, seq });

        let broken = advice(&[of_rules.clone(), of_rules.clone()], "2 commits in 1 account");
        let both = advice(&[of_rules, of_journal], "2 commits in 1 account");

        assert!(broken.starts_with("1 account breaks a rule of Usher"), "{broken}");
        assert!(
            both.starts_with("The journal of 1 account is not what was written"),
            "{both}"
        );
    }
}
