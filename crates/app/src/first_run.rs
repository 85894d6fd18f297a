//! How far the first run of a server is.

use usher_domain::command::AccountCommand;
use usher_domain::{Account, AccountId, Actor, Command, UserId};
use usher_engine::{Cause, Failure};
use usher_journal::{AccountFilter, AuditFilter, AuditRow, Channel, JournalError, PageRequest, Records};

use crate::app::App;
use crate::problem::Problem;

/// How far the first run is. It makes the first account step by step, and its owner last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstRun {
    /// There is no account.
    Open,
    /// A crash stopped it: there is an account without an owner, in which nobody else has done anything.
    Unfinished(AccountId),
    /// There is an account.
    Over,
}

/// The most audit entries that it leaves without an owner.
const ENTRIES_MAX: u16 = 20;

impl FirstRun {
    /// How far it is.
    pub async fn of(records: &dyn Records) -> Result<Self, JournalError> {
        let two = PageRequest::new(2, None);
        let accounts = records.list_accounts(AccountFilter::default(), two).await?;
        let only = match accounts.items.as_slice() {
            [] => return Ok(Self::Open),
            [only] => only.account,
            [..] => return Ok(Self::Over),
        };
        let page = PageRequest::new(ENTRIES_MAX, None);
        let audit = records.list_audit(only, AuditFilter::default(), page).await?;
        let is_unfinished = audit.next.is_none() && audit.items.iter().all(is_before_the_owner);
        Ok(if is_unfinished {
            Self::Unfinished(only)
        } else {
            Self::Over
        })
    }
}

impl App {
    /// Whether a setup link with this secret leads to the first run: the link is valid, and nobody can enter an account yet.
    /// Once there is an account, the link is gone for good, also if that account is closed.
    pub async fn leads_to_first_run(&self, secret: &str) -> Result<bool, Problem> {
        if !self.identity.is_setup_link(secret).await? {
            return Ok(false);
        }
        let is_over = FirstRun::of(&*self.records).await? == FirstRun::Over;
        if is_over {
            self.identity.remove_setup_link().await?;
        }
        Ok(!is_over)
    }

    /// Closes an account that a first run has made by half, with everything in it, unless there is another user in it than
    /// its `owner`. Returns whether it is closed.
    pub async fn undo_first_run(
        &self,
        account: AccountId,
        owner: Option<UserId>,
        cause: Cause,
    ) -> Result<bool, Failure> {
        let close = move |account: &Account, _| {
            let mut users = account.users().keys();
            let is_half = users.all(|user| Some(*user) == owner);
            is_half
                .then_some(Command::Account(AccountCommand::Delete))
                .ok_or(())
        };
        let closed = self
            .engine
            .propose(account, Actor::Operator, cause, close, |_, (), _| ());
        if closed.await?.is_err() {
            return Ok(false);
        }
        if let Err(error) = self.identity.forget_account(account).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "a password of nobody was left behind");
        }
        Ok(true)
    }
}

fn is_before_the_owner(entry: &AuditRow) -> bool {
    entry.read_cause().channel == Channel::SetUp && &*entry.action != "user.created"
}
