//! Stops a server: stores what is in memory, or reports what could not be stored.

use std::time::Duration;

use usher_engine::{Engine, Figures};
use usher_identity::Identity;

use crate::Failure;
use crate::words::plural;

/// How long a stop waits for a disk that makes no progress. With many accounts a stop may take longer, as long as it
/// progresses.
const STORED_WITHIN: Duration = Duration::from_secs(10);

/// Stores what is in memory and closes the database. Gives up if the disk does not answer.
pub(super) async fn store_the_rest(engine: &Engine, identity: &Identity) -> Result<(), Failure> {
    let mut shutdown = std::pin::pin!(engine.shutdown());
    let mut seen = progress(&engine.figures());
    while tokio::time::timeout(STORED_WITHIN, shutdown.as_mut())
        .await
        .is_err()
    {
        let figures = engine.figures();
        if progress(&figures) == seen {
            return Err(not_stored(&figures));
        }
        seen = progress(&figures);
    }
    let credentials = async {
        if let Err(error) = identity.maintain(engine.now()).await {
            tracing::warn!(%error, "expired credentials could not be deleted");
        }
        identity.close().await;
    };
    tokio::time::timeout(STORED_WITHIN, credentials).await.map_err(|_late| {
        Failure::said(format!(
            "The disk did not answer for {} seconds. All changes are stored, except perhaps when keys were last used.",
            STORED_WITHIN.as_secs()
        ))
    })
}

/// Figures that change as long as the journal answers.
const fn progress(figures: &Figures) -> (u64, u64, u64) {
    (figures.commits, figures.snapshots, figures.accounts_loaded)
}

fn not_stored(figures: &Figures) -> Failure {
    let Figures {
        commits_under_way,
        accounts_loaded,
        ..
    } = *figures;
    Failure::said(format!(
        "The server stopped before everything was stored: the disk did not answer for {} seconds. {} on the way \
         and not acknowledged; the next start finds each of them complete or not at all. Of {} the newest heartbeats \
         are not stored, which has no effect on users.",
        STORED_WITHIN.as_secs(),
        match commits_under_way {
            1 => "1 commit was".to_owned(),
            many => format!("{many} commits were"),
        },
        plural(accounts_loaded, "account", "accounts"),
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use usher_domain::{AccountId, Actor};
    use usher_engine::{Cause, Clock, Options, Request};
    use usher_journal::MemoryJournal;
    use usher_testkit as kit;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stop_while_the_disk_hangs_ends_and_reports_what_is_not_stored() {
        let journal = MemoryJournal::new();
        let engine = Engine::start(Arc::new(journal.clone()), Clock::System, Options::default())
            .await
            .unwrap();
        journal.hold();
        let request = Request {
            actor: Actor::Operator,
            cause: Cause::read("test"),
            command: kit::create_account(AccountId::from_bits(7), "Help desk"),
        };
        let stuck = {
            let engine = engine.clone();
            tokio::spawn(async move {
                engine
                    .execute(AccountId::from_bits(7), request, |_, (), _| ())
                    .await
            })
        };
        tokio::task::yield_now().await;

        let stopped = store_the_rest(&engine, &Identity::in_memory().unwrap()).await;

        let said = stopped.unwrap_err().to_string();
        assert!(said.contains("1 commit was on the way"), "{said}");
        assert!(!stuck.is_finished());
    }

    #[tokio::test]
    async fn a_stop_stores_everything() {
        let journal = MemoryJournal::new();
        let engine = Engine::start(Arc::new(journal), Clock::System, Options::default())
            .await
            .unwrap();

        let stopped = store_the_rest(&engine, &Identity::in_memory().unwrap()).await;

        assert!(stopped.is_ok());
    }
}
