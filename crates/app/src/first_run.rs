//! How far the first run of a server is.

use usher_domain::AccountId;
use usher_journal::{AccountFilter, AuditFilter, AuditRow, Channel, JournalError, PageRequest, Records};

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

fn is_before_the_owner(entry: &AuditRow) -> bool {
    entry.read_cause().channel == Channel::SetUp && &*entry.action != "user.created"
}
