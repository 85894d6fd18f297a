//! Whether the server is well.

use askama::Template;
use axum::response::Response;
use usher_app::{AccountsRead, App, Health, Storage, Verdict};
use usher_domain::WallTime;

use super::visitor::{OperatorAt, OperatorPage};
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::said::Said;
use crate::shown::Moment;

pub(super) const PATH: &str = "/operator/server";

/// Less free space than this is a warning: a day of a busy server takes less.
const FREE_BYTES_LOW: u64 = 1 << 30;

#[derive(Template)]
#[template(path = "operator/server.html")]
struct ServerPage {
    frame: Frame,
    health: Health,
    storage: Option<StorageShown>,
    warnings: Vec<Said<String>>,
    mail: Option<MailShown>,
}

/// How mails leave, and how many do not.
struct MailShown {
    from: String,
    to: String,
    waiting: u64,
    oldest_waiting: Option<Moment>,
    failed: u64,
    /// Since the start, because there were too many of them.
    refused: u64,
    last_sent: Option<Moment>,
}

/// The data directory and its disk.
struct StorageShown {
    directory: String,
    used: String,
    free: String,
    /// How many commits there are, the digits of the newest one's hash, and when it was made.
    journal: Option<(u64, String, Moment)>,
    backup: Option<Moment>,
    /// When it was last checked, with a label and its CSS class for what was found.
    verify: Option<(Moment, &'static str, &'static str)>,
}

impl StorageShown {
    fn of(storage: &Storage) -> Self {
        let moment = |at| Moment(WallTime::new(at));
        let journal = storage.journal.as_ref();
        let verify = storage.upkeep.verify.map(|verified| {
            let (label, kind) = match verified.found {
                Verdict::Right => ("Everything right", "good"),
                Verdict::Incomplete => ("Not everything checked", "warn"),
                Verdict::Wrong => ("Something wrong", "bad"),
            };
            (moment(verified.at), label, kind)
        });
        Self {
            directory: storage.directory.display().to_string(),
            used: in_words(storage.used_bytes),
            free: storage.free_bytes.map_or_else(|| "Unknown".to_owned(), in_words),
            journal: journal.map(|end| (end.commits, end.hash.clone(), moment(end.at))),
            backup: storage.upkeep.backup.map(moment),
            verify,
        }
    }
}

pub(super) async fn show(by: OperatorAt<AccountsRead>) -> Result<Response, Failed> {
    let health = by.operator.app.health().await;
    let storage = health.storage.as_ref().map(StorageShown::of);
    let mail = mail(&by.operator.app).await?;
    Ok(page(&ServerPage {
        frame: by.frame(OperatorPage::Server),
        warnings: warnings(&health).into_iter().map(Said).collect(),
        mail,
        storage,
        health,
    }))
}

/// `None` if no mail is set up.
async fn mail(app: &App) -> Result<Option<MailShown>, Failed> {
    let Some(setup) = app.mail_setup() else {
        return Ok(None);
    };
    let figures = app.mail_figures().await?;
    let shown = |at| Moment(app.engine().shown(at));
    Ok(Some(MailShown {
        from: setup.from.clone(),
        to: setup.to.clone(),
        waiting: figures.waiting,
        oldest_waiting: figures.oldest_waiting.map(shown),
        failed: figures.failed,
        refused: app.mails_refused(),
        last_sent: figures.last_sent.map(shown),
    }))
}

/// What needs the operator's attention.
fn warnings(health: &Health) -> Vec<String> {
    let figures = &health.figures;
    let mut warnings: Vec<_> = health.trouble.iter().cloned().collect();
    let free = health.storage.as_ref().and_then(|storage| storage.free_bytes);
    if let Some(free) = free.filter(|free| *free < FREE_BYTES_LOW) {
        let free = in_words(free);
        warnings.push(format!(
            "Only {free} are free on the disk. On a full disk nobody can sign in: make space."
        ));
    }
    let verify = health.storage.as_ref().and_then(|storage| storage.upkeep.verify);
    if verify.is_some_and(|verify| verify.found == Verdict::Wrong) {
        warnings.push(
            "The last check found something wrong in the data. Run `usher verify` again: it says what, and what to do."
                .to_owned(),
        );
    }
    if figures.invariants_broken > 0 {
        warnings.push(
            "A promise of Usher was found broken. That is a fault of Usher: keep the log and report it."
                .to_owned(),
        );
    }
    let behind_secs = health.clock.behind.get() / 1_000;
    if behind_secs > 0 {
        warnings.push(format!(
            "The machine’s clock was set back. Usher goes on by the time that really passes, {behind_secs} seconds \
             ahead of it."
        ));
    }
    warnings
}

/// A number of bytes, in the largest unit of which there is one.
fn in_words(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let (mut tenths, mut unit) = (bytes.saturating_mul(10) / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_the_largest_unit() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1 << 20, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (3 << 40, "3.0 TiB"),
            (5 << 50, "5120.0 TiB"),
        ] {
            assert_eq!(in_words(bytes), words);
        }
    }
}
