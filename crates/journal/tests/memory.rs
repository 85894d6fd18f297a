//! The memory journal passes the contract, and fails according to its script.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};
use usher_journal::contract::Backend;
use usher_journal::{
    Append, AppendError, Commit, Fault, Hash, Journal, JournalError, MemoryJournal, Records, Seq,
    contract_tests,
};

struct Memory(MemoryJournal);

#[async_trait]
impl Backend for Memory {
    fn journal(&self) -> Arc<dyn Journal> {
        Arc::new(self.0.clone())
    }

    fn records(&self) -> Arc<dyn Records> {
        Arc::new(self.0.clone())
    }

    fn another_node(&self) -> Arc<dyn Journal> {
        Arc::new(self.0.another_node())
    }

    async fn tamper(&self, account: AccountId, seq: Seq, entries: &[u8]) {
        self.0.tamper(account, seq, entries);
    }

    async fn reopen(&self) -> Option<Box<dyn Backend>> {
        self.0.close().await;
        Some(Box::new(Self(self.0.another_node())))
    }

    async fn back_up(&self, _file: &Path) -> Option<Box<dyn Backend>> {
        None
    }

    fn backup_file(&self) -> Option<PathBuf> {
        None
    }
}

fn empty() -> Memory {
    Memory(MemoryJournal::new())
}

contract_tests!(empty);

const ACCOUNT: AccountId = AccountId::from_bits(1);

fn first(entries: &str) -> Append {
    let at = Timestamp::from_millis(1);
    let commit = Commit::seal(Hash::GENESIS, ACCOUNT, Seq::FIRST, at, entries.as_bytes());
    Append {
        commit,
        next_due: None,
        records: Vec::new(),
    }
}

#[tokio::test]
async fn each_fault_happens_once_and_has_its_documented_effect() {
    let lost = AppendError::Unknown("the answer was lost".into());
    let full = AppendError::Failed("the disk is full".into());
    let overtaken = Fault::Overtaken {
        entries: (*b"other").into(),
        next_due: None,
        records: Vec::new(),
    };
    let faults: [(Fault, AppendError, Option<&[u8]>); 5] = [
        (Fault::Conflict, AppendError::Conflict, None),
        (overtaken, AppendError::Conflict, Some(b"other")),
        (Fault::Failed, full, None),
        (Fault::UnknownStored, lost.clone(), Some(b"mine")),
        (Fault::UnknownNotStored, lost, None),
    ];
    for (fault, answer, stored) in faults {
        let journal = MemoryJournal::new();
        journal.fault_at(1, fault.clone());

        assert_eq!(journal.append(first("mine")).await, Err(answer), "{fault:?}");

        let commits = journal.commits_after(ACCOUNT, Seq::ZERO, 9).await.unwrap();
        assert_eq!(
            commits.first().map(|commit| &*commit.entries),
            stored,
            "{fault:?}"
        );
        let again = journal.append(first("again")).await;
        assert_eq!(again.is_ok(), stored.is_none(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_crash_never_answers_and_the_next_node_sees_what_was_stored() {
    for (fault, stored) in [(Fault::CrashAfterStore, 1), (Fault::CrashBeforeStore, 0)] {
        let journal = MemoryJournal::new();
        journal.fault_at(1, fault);

        let mut answer = pin!(journal.append(first("mine")));
        let polled = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));

        assert!(polled.is_pending());
        assert_eq!(journal.append(first("mine")).await, Err(AppendError::Closed));
        assert_eq!(journal.load(ACCOUNT).await, Err(JournalError::Closed));
        let next = journal.another_node();
        assert_eq!(
            next.commits_after(ACCOUNT, Seq::ZERO, 9).await.unwrap().len(),
            stored
        );
    }
}

#[tokio::test]
async fn a_fault_happens_at_its_append() {
    let journal = MemoryJournal::new();
    journal.fault_at(2, Fault::Failed);

    assert_eq!(journal.append(first("mine")).await, Ok(()));
    assert!(matches!(
        journal.append(first("mine")).await,
        Err(AppendError::Failed(_))
    ));
    assert_eq!(journal.append(first("mine")).await, Err(AppendError::Conflict));
    assert_eq!(journal.appends(), 3);
}
