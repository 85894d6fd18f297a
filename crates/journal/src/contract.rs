//! The checks that every backend must pass.
//!
//! A backend's tests say how to create an empty store ([`Backend`]) and call
//! [`contract_tests!`](crate::contract_tests), which generates a test for each check.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a check that panics is a test that fails"
)]

pub mod appending;
pub mod lasting;
pub mod listing;
pub mod paging;
pub mod records;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use usher_domain::personal::Personal;
use usher_domain::{
    AccountId, PoolId, SessionId, SignInId, SubscriptionRequestId, TicketId, Timestamp, UserId,
};

use crate::table::{Assignment, Change, Row};
use crate::{
    AccountRow, Append, Audit, Commit, End, EndedBy, Hash, Journal, Minutes, Occupancy, Record, Records,
    Refusal, Seq, SessionRow, SignInRow, SubscriptionChange, SubscriptionRequestRow, Text, TicketRow,
};

/// An empty store of the backend under test.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Its journal.
    fn journal(&self) -> Arc<dyn Journal>;

    /// Its read models.
    fn records(&self) -> Arc<dyn Records>;

    /// A second node on the same store.
    fn another_node(&self) -> Arc<dyn Journal>;

    /// Overwrites the entries of a stored commit behind the journal's back.
    async fn tamper(&self, account: AccountId, seq: Seq, entries: &[u8]);

    /// The same store after its node was closed and started again; `None` if the backend keeps nothing.
    async fn reopen(&self) -> Option<Box<dyn Backend>>;

    /// Makes a backup in `file` and opens it; `None` if the backup fails.
    async fn back_up(&self, file: &Path) -> Option<Box<dyn Backend>>;

    /// A path for a backup; `None` if the backend makes none.
    fn backup_file(&self) -> Option<std::path::PathBuf>;
}

/// Generates a test for each check of the contract. `$make` is a function that returns a
/// [`Backend`](contract::Backend).
#[macro_export]
macro_rules! contract_tests {
    ($make:path) => {
        $crate::contract_tests!(@ $make; appending:
            appended_commits_can_be_read,
            a_seq_that_exists_is_a_conflict_and_changes_nothing,
            a_seq_that_leaves_a_gap_is_a_conflict,
            a_conflict_leaves_the_other_appends_of_its_group_alone,
            of_two_racing_appenders_exactly_one_wins,
            of_many_racing_nodes_exactly_one_wins_each_place,
            a_changed_commit_is_found_when_its_account_is_loaded,
            the_stored_hash_settles_an_unknown_outcome,
            long_histories_are_read_whole_and_in_order,
            a_load_gives_at_most_a_page_of_commits,
            the_due_time_is_that_of_the_newest_commit,
            due_times_are_read_in_pages,
            accounts_are_listed_in_the_order_of_their_ids,
            the_time_of_the_last_commit_is_known,
            a_closed_journal_accepts_nothing_more,
        );
        $crate::contract_tests!(@ $make; records:
            records_are_visible_exactly_when_their_commit_is,
            a_user_who_gets_in_resolves_their_refusals_of_the_product,
            the_first_end_is_kept,
            a_session_is_listed_with_all_that_happened_to_it,
            a_code_leads_to_its_session_and_knows_when_it_ended,
            a_retired_code_is_forgotten_after_an_hour,
            waits_are_listed_with_their_offers_and_ends,
            ids_in_a_range_are_found_for_every_kind,
            an_address_leads_to_its_users,
            one_account_cannot_touch_the_records_of_another,
        );
        $crate::contract_tests!(@ $make; listing:
            an_account_is_listed_as_it_was_last_put,
            accounts_are_listed_in_the_order_of_their_names,
            the_recent_occupancy_begins_before_what_is_asked_for,
            filters_select_the_rows_that_match_all_of_them,
            the_audit_is_filtered_by_cause,
            a_report_starts_from_the_occupancy_before_its_first_moment,
            open_requests_of_all_accounts_are_listed,
            subscription_changes_are_listed_in_the_order_of_writing,
        );
        $crate::contract_tests!(@ $make; paging:
            pages_lose_nothing_and_repeat_nothing,
            pages_keep_their_place_while_commits_go_on,
            every_list_can_be_limited_to_a_span_of_time,
        );
        $crate::contract_tests!(@ $make; lasting:
            a_snapshot_bounds_what_is_loaded,
            an_older_snapshot_does_not_replace_a_newer_one,
            a_rebuild_gives_the_same_records,
            every_snapshot_is_listed_as_it_was_saved,
            read_models_are_compared_with_the_commits,
            a_reopened_store_holds_everything,
            a_backup_holds_everything,
        );
    };
    (@ $make:path; $topic:ident: $($check:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::contract::$topic::$check(&$make()).await;
        }
    )*};
}

fn account(number: u128) -> AccountId {
    AccountId::from_bits(number << 64 | number)
}

fn user(number: u128) -> UserId {
    UserId::from_bits(number)
}

fn pool(number: u128) -> PoolId {
    PoolId::from_bits(number)
}

fn sign_in(number: u128) -> SignInId {
    SignInId::from_bits(number)
}

fn session(number: u128) -> SessionId {
    SessionId::from_bits(number)
}

fn ticket(number: u128) -> TicketId {
    TicketId::from_bits(number)
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + secs * 1_000)
}

/// Writes an account's commits one after the other, as its engine task does.
struct Pen {
    journal: Arc<dyn Journal>,
    account: AccountId,
    seq: Seq,
    hash: Hash,
    written: Vec<(Commit, Vec<Record>)>,
}

impl Pen {
    fn new(backend: &dyn Backend, account: AccountId) -> Self {
        Self {
            journal: backend.journal(),
            account,
            seq: Seq::ZERO,
            hash: Hash::GENESIS,
            written: Vec::new(),
        }
    }

    fn next(&self, secs: i64, entries: &str) -> Commit {
        Commit::seal(
            self.hash,
            self.account,
            self.seq.next(),
            at(secs),
            entries.as_bytes(),
        )
    }

    /// Appends one commit, `secs` after the start of the test's time.
    async fn write(&mut self, secs: i64, records: Vec<Record>) {
        let commit = self.next(secs, &format!("[{secs}]"));
        let append = Append {
            commit: commit.clone(),
            next_due: None,
            records: records.clone(),
        };
        self.journal.append(append).await.unwrap();
        (self.seq, self.hash) = (commit.seq, commit.hash);
        self.written.push((commit, records));
    }

    fn commits(&self) -> Vec<Commit> {
        self.written.iter().map(|(commit, _)| commit.clone()).collect()
    }
}

fn bare(commit: Commit) -> Append {
    Append {
        commit,
        next_due: None,
        records: Vec::new(),
    }
}

/// A row with these values; fields that may be empty are.
fn row<R: Row, const N: usize>(values: &[Assignment<R>; N]) -> R {
    Change::row(values).unwrap()
}

fn audit(index: u32, actor: &'static str, action: &'static str) -> Record {
    let entry = row(&[
        Audit::actor.set(actor.into()),
        Audit::action.set(action.into()),
        Audit::target.set(Some(format!("target of {action}").into())),
    ]);
    Record::Audit { index, entry }
}

fn account_put(name: &'static str, deleted: bool) -> Record {
    Record::Account(Change::Put(vec![
        AccountRow::name.set(name.into()),
        AccountRow::created_at.set(at(0)),
        AccountRow::deleted.set(deleted),
    ]))
}

fn refusal(number: u128, of: UserId, product: &'static str) -> Record {
    Record::Refusal(Change::add(row(&[
        Refusal::id.set(usher_domain::RefusalId::from_bits(number)),
        Refusal::user.set(of),
        Refusal::product.set(product.into()),
        Refusal::pool.set(number.is_multiple_of(2).then(|| pool(number))),
        Refusal::code.set("no-seat-available".into()),
        Refusal::attempt.set("sign-in".into()),
        Refusal::device.set(Some(Personal::new("laptop".into()))),
        Refusal::seats.set(10),
        Refusal::occupied.set(9),
        Refusal::waiting.set(Some(3)),
    ])))
}

fn refusals_resolved(secs: i64, of: UserId, product: &'static str) -> Record {
    Record::Refusal(Change::set(
        [Refusal::user.is(of), Refusal::product.is(product)],
        [Refusal::resolved_at.set_once(Some(at(secs)))],
    ))
}

fn occupancy(of: PoolId, occupied: u32) -> Record {
    Record::Occupancy(Occupancy {
        pool: of,
        product: "desk".into(),
        seats: 10,
        occupied,
        offered: 1,
        waiting: 2,
    })
}

fn minutes(delta: i64, balance: u64, claim: Option<&'static str>) -> Record {
    let claim = claim.map(Text::from);
    Record::Minutes(Minutes {
        delta,
        balance,
        claim,
    })
}

fn sign_in_started(secs: i64, id: SignInId, of: UserId) -> Record {
    Record::SignIn(Change::add(row(&[
        SignInRow::id.set(id),
        SignInRow::user.set(of),
        SignInRow::product.set("desk".into()),
        SignInRow::device_id.set(Personal::new("d-1".into())),
        SignInRow::device_name.set(Personal::new("Laptop".into())),
        SignInRow::pool.set(Some(pool(1))),
        SignInRow::funding.set(Some("seat".into())),
        SignInRow::started_at.set(at(secs)),
    ])))
}

fn sign_in_ended(id: SignInId, end: End) -> Record {
    let end = SignInRow::end.set_once(Some(end));
    Record::SignIn(Change::set([SignInRow::id.is(id)], [end]))
}

fn session_started(secs: i64, id: SessionId, of: UserId) -> Record {
    Record::Session(Change::add(row(&[
        SessionRow::id.set(id),
        SessionRow::sign_in.set(sign_in(7)),
        SessionRow::user.set(of),
        SessionRow::product.set("desk".into()),
        SessionRow::kind.set("call".into()),
        SessionRow::code.set(Some("K7QM2X".into())),
        SessionRow::started_at.set(at(secs)),
    ])))
}

fn session_changed<const N: usize>(id: SessionId, values: [Assignment<SessionRow>; N]) -> Record {
    Record::Session(Change::set([SessionRow::id.is(id)], values))
}

fn ticket_opened(secs: i64, number: u128, of: PoolId, wanted: &'static str) -> Record {
    Record::Ticket(Change::add(row(&[
        TicketRow::id.set(ticket(number)),
        TicketRow::user.set(user(number)),
        TicketRow::product.set("desk".into()),
        TicketRow::pool.set(of),
        TicketRow::opened_at.set(at(secs)),
        TicketRow::wanted.set(Some(wanted.into())),
    ])))
}

fn ticket_changed(number: u128, value: Assignment<TicketRow>) -> Record {
    Record::Ticket(Change::set([TicketRow::id.is(ticket(number))], [value]))
}

fn request_made(secs: i64, number: u128) -> Record {
    Record::SubscriptionRequest(Change::add(row(&[
        SubscriptionRequestRow::id.set(SubscriptionRequestId::from_bits(number)),
        SubscriptionRequestRow::asked.set("{}".into()),
        SubscriptionRequestRow::asked_by.set("sue".into()),
        SubscriptionRequestRow::note.set(Some(Personal::new("For the fair.".into()))),
        SubscriptionRequestRow::asked_at.set(at(secs)),
        SubscriptionRequestRow::is_open.set(true),
    ])))
}

fn request_answered(secs: i64, number: u128) -> Record {
    let id = SubscriptionRequestId::from_bits(number);
    let values = [
        SubscriptionRequestRow::end.set_once(Some(ended(secs, "approved", None))),
        SubscriptionRequestRow::is_open.set(false),
    ];
    Record::SubscriptionRequest(Change::set([SubscriptionRequestRow::id.is(id)], values))
}

fn subscription_changed(secs: i64, actor: &'static str) -> Record {
    Record::SubscriptionChange(SubscriptionChange {
        wall_at: at(secs),
        change: "{}".into(),
        actor: actor.into(),
    })
}

fn ended(secs: i64, reason: &'static str, by: Option<EndedBy>) -> End {
    let (at, reason) = (at(secs), reason.into());
    End { at, reason, by }
}

/// One record of every kind, in an order in which each finds what it changes.
fn one_of_each(secs: i64, number: u128) -> Vec<Record> {
    let by_eva = EndedBy {
        actor: "eva".into(),
        name: None,
        note: Some(Personal::new("closing".into())),
    };
    vec![
        account_put("Example", false),
        audit(0, "sven", "sign-in.started"),
        audit(1, "eva", "session.ended"),
        refusal(number, user(number), "desk"),
        refusals_resolved(secs, user(number), "desk"),
        refusal(number + 1, user(number), "desk"),
        occupancy(pool(1), 4),
        occupancy(pool(1), 5),
        occupancy(pool(2), 6),
        minutes(-1, 41, Some("sess_1")),
        minutes(500, 541, None),
        sign_in_started(secs, sign_in(number), user(number)),
        sign_in_ended(sign_in(number), ended(secs, "inactive", None)),
        session_started(secs, session(number), user(number)),
        session_changed(
            session(number),
            [SessionRow::connected_at.set_once(Some(at(secs)))],
        ),
        session_changed(session(number), [SessionRow::funding.set(Some("minutes".into()))]),
        session_changed(
            session(number),
            [SessionRow::end.set_once(Some(ended(secs, "hung-up", Some(by_eva))))],
        ),
        session_started(secs, session(number + 1), user(number)),
        ticket_opened(secs, number, pool(1), "sign_in"),
        ticket_changed(number, TicketRow::offered_at.set_once(Some(at(secs)))),
        ticket_changed(
            number,
            TicketRow::end.set_once(Some(ended(secs, "claimed", None))),
        ),
        session_changed(
            session(number),
            [SessionRow::customer.set(Some(Personal::new("Kim".into())))],
        ),
        session_changed(
            session(number),
            [
                SessionRow::external_id.set(Some("crm-7".into())),
                SessionRow::metadata.set(None),
            ],
        ),
        Record::CodeIssued {
            code: format!("CODE{number}").into(),
            session: session(number),
        },
        Record::CodeIssued {
            code: format!("GONE{number}").into(),
            session: session(number),
        },
        Record::CodeRetired {
            code: format!("GONE{number}").into(),
        },
        request_made(secs, number),
        request_answered(secs, number),
        request_made(secs, number + 1),
        subscription_changed(secs, "sue"),
        Record::AddressPut {
            user: user(number),
            email: Some(Personal::new(format!("{number}@example.com").into())),
        },
    ]
}
