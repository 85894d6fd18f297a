//! The read models in memory: what each record changes.

use std::collections::BTreeMap;

use usher_domain::{AccountId, PoolId, Secs, SessionId, SignInId, TicketId, Timestamp, UserId};

use crate::{
    AccountRow, AuditRow, CODE_KEPT_SECS, CodeOwner, Cursor, End, MinutesRow, OccupancyRow, Record,
    RefusalRow, Seq, SessionRow, SignInRow, Text, TicketRow,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) accounts: BTreeMap<AccountId, AccountRow>,
    pub(super) histories: BTreeMap<AccountId, History>,
    pub(super) codes: BTreeMap<Text, CodeOwner>,
    pub(super) addresses: BTreeMap<(AccountId, UserId), Text>,
}

/// What is kept of one account.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub(super) audit: BTreeMap<Cursor, AuditRow>,
    pub(super) refusals: BTreeMap<Cursor, RefusalRow>,
    pub(super) minutes: BTreeMap<Cursor, MinutesRow>,
    pub(super) occupancy: BTreeMap<(PoolId, Cursor), OccupancyRow>,
    pub(super) sign_ins: BTreeMap<SignInId, SignInRow>,
    /// With the place of each among the account's records.
    pub(super) sessions: BTreeMap<SessionId, (Cursor, SessionRow)>,
    pub(super) tickets: BTreeMap<TicketId, TicketRow>,
}

impl Tables {
    pub(super) fn put(&mut self, account: AccountId, seq: Seq, at: Timestamp, records: Vec<Record>) {
        for (record, index) in records.into_iter().zip(0..) {
            match record {
                Record::AccountPut {
                    name,
                    created_at,
                    deleted,
                } => {
                    let before = self.accounts.remove(&account);
                    let (external_id, metadata) = match before {
                        Some(row) => (row.external_id, row.metadata),
                        None => (None, None),
                    };
                    let row = AccountRow {
                        account,
                        name,
                        created_at,
                        deleted,
                        external_id,
                        metadata,
                    };
                    self.accounts.insert(account, row);
                }
                Record::AccountLabelled {
                    external_id,
                    metadata,
                } => {
                    if let Some(row) = self.accounts.get_mut(&account) {
                        row.external_id = external_id;
                        row.metadata = metadata;
                    }
                }
                Record::CodeIssued { code, session } => self.issue(code, account, session),
                Record::CodeRetired { code } => self.retire(&code, account, at),
                Record::AddressPut { user, email } => match email {
                    Some(email) => {
                        self.addresses.insert((account, user), email);
                    }
                    None => {
                        self.addresses.remove(&(account, user));
                    }
                },
                record => self
                    .histories
                    .entry(account)
                    .or_default()
                    .put(seq, at, index, record),
            }
        }
    }

    fn issue(&mut self, code: Text, account: AccountId, session: SessionId) {
        let is_held = |owner: &CodeOwner| owner.retired_at.is_none();
        if !self.codes.get(&code).is_some_and(is_held) {
            let retired_at = None;
            self.codes.insert(
                code,
                CodeOwner {
                    account,
                    session,
                    retired_at,
                },
            );
        }
    }

    fn retire(&mut self, code: &Text, account: AccountId, at: Timestamp) {
        self.codes.retain(|_, owner| {
            let long_ago = |retired: Timestamp| retired + Secs::new(CODE_KEPT_SECS) < at;
            owner.account != account || !owner.retired_at.is_some_and(long_ago)
        });
        if let Some(owner) = self.codes.get_mut(code)
            && owner.account == account
        {
            owner.retired_at.get_or_insert(at);
        }
    }
}

impl History {
    fn put(&mut self, seq: Seq, at: Timestamp, position: u32, record: Record) {
        let place = Cursor::new(Timestamp::default(), seq.get().into(), position);
        match record {
            Record::AccountPut { .. }
            | Record::AccountLabelled { .. }
            | Record::AddressPut { .. }
            | Record::CodeIssued { .. }
            | Record::CodeRetired { .. } => {}
            Record::Audit { index, .. } => {
                if let Some(row) = AuditRow::of(at, seq, &record) {
                    let place = Cursor::new(Timestamp::default(), seq.get().into(), index);
                    self.audit.insert(place, row);
                }
            }
            Record::RefusalPut {
                id,
                user,
                product,
                pool,
                code,
                attempt,
                device,
                seats,
                occupied,
                waiting,
            } => {
                let row = RefusalRow {
                    id,
                    at,
                    seq,
                    user,
                    product,
                    pool,
                    code,
                    attempt,
                    device,
                    seats,
                    occupied,
                    waiting,
                    resolved_at: None,
                };
                self.refusals.insert(place, row);
            }
            Record::RefusalsResolved { user, product } => self.resolve(user, &product, at),
            Record::Occupancy {
                pool,
                product,
                seats,
                occupied,
                offered,
                waiting,
            } => {
                let row = OccupancyRow {
                    at,
                    seq,
                    product,
                    seats,
                    occupied,
                    offered,
                    waiting,
                };
                self.occupancy.insert((pool, place), row);
            }
            Record::Minutes {
                delta,
                balance,
                claim,
            } => {
                self.minutes.insert(
                    place,
                    MinutesRow {
                        at,
                        seq,
                        delta,
                        balance,
                        claim,
                    },
                );
            }
            presence => self.put_presence(at, place, presence),
        }
    }

    fn put_presence(&mut self, at: Timestamp, place: Cursor, record: Record) {
        match record {
            Record::SignInStarted {
                id,
                user,
                product,
                device_id,
                device_name,
                pool,
                funding,
            } => {
                let sign_in = SignInRow {
                    id,
                    user,
                    product,
                    device_id,
                    device_name,
                    pool,
                    funding,
                    started_at: at,
                    end: None,
                };
                self.sign_ins.entry(id).or_insert(sign_in);
            }
            Record::SignInEnded { id, reason, by } => {
                if let Some(sign_in) = self.sign_ins.get_mut(&id) {
                    sign_in.end.get_or_insert(End { at, reason, by });
                }
            }
            rest => self.put_session(at, place, rest),
        }
    }

    fn put_session(&mut self, at: Timestamp, place: Cursor, record: Record) {
        match record {
            Record::SessionStarted {
                id,
                sign_in,
                user,
                product,
                kind,
                pool,
                funding,
                code,
            } => {
                let session = SessionRow {
                    id,
                    sign_in,
                    user,
                    product,
                    kind,
                    pool,
                    funding,
                    code,
                    customer: None,
                    external_id: None,
                    metadata: None,
                    started_at: at,
                    connected_at: None,
                    end: None,
                };
                self.sessions.entry(id).or_insert((place, session));
            }
            Record::SessionConnected { id } => {
                if let Some((_, session)) = self.sessions.get_mut(&id) {
                    session.connected_at.get_or_insert(at);
                }
            }
            Record::SessionCustomer { id, name } => {
                if let Some((_, session)) = self.sessions.get_mut(&id) {
                    session.customer = Some(name);
                }
            }
            Record::SessionLabelled {
                id,
                external_id,
                metadata,
            } => {
                if let Some((_, session)) = self.sessions.get_mut(&id) {
                    session.external_id = external_id;
                    session.metadata = metadata;
                }
            }
            Record::SessionFunded { id, funding } => {
                if let Some((_, session)) = self.sessions.get_mut(&id) {
                    session.funding = Some(funding);
                }
            }
            Record::SessionEnded { id, reason, by } => {
                if let Some((_, session)) = self.sessions.get_mut(&id) {
                    session.end.get_or_insert(End { at, reason, by });
                }
            }
            rest => self.put_ticket(at, rest),
        }
    }

    fn put_ticket(&mut self, at: Timestamp, record: Record) {
        match record {
            Record::TicketOpened {
                id,
                user,
                product,
                pool,
                wanted,
            } => {
                let ticket = TicketRow {
                    id,
                    user,
                    product,
                    pool,
                    wanted: Some(wanted),
                    opened_at: at,
                    offered_at: None,
                    end: None,
                };
                self.tickets.entry(id).or_insert(ticket);
            }
            Record::TicketOffered { id } => {
                if let Some(ticket) = self.tickets.get_mut(&id) {
                    ticket.offered_at.get_or_insert(at);
                }
            }
            Record::TicketEnded { id, outcome, by } => {
                if let Some(ticket) = self.tickets.get_mut(&id) {
                    ticket.end.get_or_insert(End {
                        at,
                        reason: outcome,
                        by,
                    });
                }
            }
            _ => {}
        }
    }

    fn resolve(&mut self, user: UserId, product: &Text, at: Timestamp) {
        for refusal in self.refusals.values_mut() {
            if refusal.user == user && refusal.product == *product {
                refusal.resolved_at.get_or_insert(at);
            }
        }
    }
}
