//! Checks an account's commits and its audit on request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::response::Response;
use tokio::sync::Semaphore;
use usher_domain::AccountId;
use usher_engine::maintenance::{Fault, Report};

use super::need_reports;
use crate::answer::done;
use crate::failed::Failed;
use crate::form::Posted;
use crate::nav::NavPage;
use crate::shown::Moment;

/// The most commits that one check reads; for more, use `usher verify` in a terminal.
const COMMITS_MAX: u64 = 100_000;

/// The most accounts whose last check is kept.
const REMEMBERED_MAX: usize = 10_000;

/// The last check of each account. Only one check runs at a time.
pub(super) struct Checks {
    last: Mutex<HashMap<AccountId, Checked>>,
    running: Semaphore,
}

/// The result of a check.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) at: Moment,
    pub(super) commits: u64,
    /// Whether there were more commits than the check read.
    pub(super) is_part: bool,
    /// What is wrong, one sentence each.
    pub(super) faults: Vec<String>,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            running: Semaphore::new(1),
        }
    }
}

impl Checks {
    pub(super) fn last(&self, account: AccountId) -> Option<Checked> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(&account).cloned()
    }

    fn remember(&self, account: AccountId, checked: Checked) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= REMEMBERED_MAX {
            last.clear();
        }
        last.insert(account, checked);
    }
}

pub(super) async fn check(
    Extension(checks): Extension<Arc<Checks>>,
    Posted { viewer, .. }: Posted,
) -> Result<Response, Failed> {
    viewer.look(None, need_reports).await?;
    let path = NavPage::Audit.path(viewer.account);
    let (portal, account) = (&viewer.portal, viewer.account);
    let Ok(_one_at_a_time) = checks.running.try_acquire() else {
        return Ok(done(
            &path,
            "Another check runs at this moment. Try again when it is over.",
        ));
    };
    let app = &portal.app;
    let report = app.engine().check(app.records(), account, COMMITS_MAX).await?;
    let Report {
        done: read, faults, ..
    } = report;
    let checked = Checked {
        at: Moment(app.engine().shown(app.engine().now())),
        commits: read.commits,
        is_part: read.commits >= COMMITS_MAX,
        faults: faults.iter().map(Fault::to_string).collect(),
    };
    let message = if checked.faults.is_empty() {
        "The commits and the audit are as they were written."
    } else {
        "Something is not as it was written."
    };
    checks.remember(account, checked);
    Ok(done(&path, message))
}
