//! Writing the records of a commit.

use rusqlite::{Connection, Statement, params};
use usher_domain::{AccountId, PoolId, Timestamp};
use usher_journal::{CODE_KEPT_SECS, EndedBy, Record, Seq};

use super::{INDEX_BITS, place};

/// The commit that records derive from.
pub(crate) struct Origin {
    pub(crate) account: AccountId,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) position: i64,
}

macro_rules! statements {
    ($($name:ident: $sql:literal;)*) => {
        /// One statement for each kind of record.
        pub(crate) struct RecordStatements<'c> {
            $($name: Statement<'c>,)*
        }

        impl<'c> RecordStatements<'c> {
            pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
                Ok(Self { $($name: connection.prepare($sql)?,)* })
            }
        }
    };
}

statements! {
    account_put: "INSERT INTO accounts (account_id, name, created_at, deleted) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account_id) DO UPDATE SET name = ?2, created_at = ?3, deleted = ?4";
    account_labelled: "UPDATE accounts SET external_id = ?2, metadata = ?3 WHERE account_id = ?1";
    audit: "INSERT INTO audit (place, actor, action, target, detail, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    refusal_put: "INSERT INTO refusals (place, account_id, seq, at, id, user_id, product, pool_id, code, attempt,
            device, seats, occupied, waiting)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    refusals_resolved: "UPDATE refusals SET resolved_at = ?4
        WHERE account_id = ?1 AND user_id = ?2 AND product = ?3 AND resolved_at IS NULL";
    occupancy: "INSERT INTO occupancy (place, pool_id, product, seats, occupied, offered, waiting)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    minutes: "INSERT INTO minutes (place, account_id, seq, at, delta, balance, claim)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    sign_in_started: "INSERT INTO sign_ins (id, account_id, user_id, product, device_id, device_name, pool_id,
            funding, started_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING";
    sign_in_ended: "UPDATE sign_ins SET ended_at = ?3, end_reason = ?4, ended_by = ?5, ended_by_name = ?6, end_note = ?7
        WHERE id = ?1 AND account_id = ?2 AND ended_at IS NULL";
    session_started: "INSERT INTO sessions (place, id, account_id, sign_in_id, user_id, product, kind, pool_id,
            funding, code, started_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO NOTHING";
    session_connected: "UPDATE sessions SET connected_at = ?3
        WHERE id = ?1 AND account_id = ?2 AND connected_at IS NULL";
    session_customer: "UPDATE sessions SET customer = ?3 WHERE id = ?1 AND account_id = ?2";
    session_labelled: "UPDATE sessions SET external_id = ?3, metadata = ?4 WHERE id = ?1 AND account_id = ?2";
    session_funded: "UPDATE sessions SET funding = ?3 WHERE id = ?1 AND account_id = ?2";
    session_ended: "UPDATE sessions SET ended_at = ?3, end_reason = ?4, ended_by = ?5, ended_by_name = ?6, end_note = ?7
        WHERE id = ?1 AND account_id = ?2 AND ended_at IS NULL";
    ticket_opened: "INSERT INTO tickets (id, account_id, user_id, product, pool_id, opened_at, wanted)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING";
    ticket_offered: "UPDATE tickets SET offered_at = ?3
        WHERE id = ?1 AND account_id = ?2 AND offered_at IS NULL";
    ticket_ended: "UPDATE tickets SET ended_at = ?3, outcome = ?4, ended_by = ?5, ended_by_name = ?6, end_note = ?7
        WHERE id = ?1 AND account_id = ?2 AND ended_at IS NULL";
    code_issued: "INSERT INTO codes (code, account_id, session_id) VALUES (?1, ?2, ?3)
        ON CONFLICT (code) DO UPDATE SET account_id = ?2, session_id = ?3, retired_at = NULL
        WHERE retired_at IS NOT NULL";
    code_retired: "UPDATE codes SET retired_at = ?3 WHERE code = ?1 AND account_id = ?2 AND retired_at IS NULL";
    codes_forgotten: "DELETE FROM codes WHERE account_id = ?1 AND retired_at < ?2";
    address_put: "INSERT INTO addresses (account_id, user_id, email) VALUES (?1, ?2, ?3)
        ON CONFLICT (account_id, user_id) DO UPDATE SET email = ?3";
    address_gone: "DELETE FROM addresses WHERE account_id = ?1 AND user_id = ?2";
}

/// Ids are stored as 16 bytes, most significant first, so that they sort as they do in memory.
fn blob(bits: u128) -> [u8; 16] {
    bits.to_be_bytes()
}

/// Who ended something, as three columns.
#[derive(Default)]
struct Ender<'a> {
    actor: Option<&'a str>,
    name: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> Ender<'a> {
    fn of(by: Option<&'a EndedBy>) -> Self {
        by.map(|by| Self {
            actor: Some(&by.actor),
            name: by.name.as_deref(),
            note: by.note.as_deref(),
        })
        .unwrap_or_default()
    }
}

fn pool_blob(pool: Option<PoolId>) -> Option<[u8; 16]> {
    pool.map(|pool| blob(pool.bits()))
}

impl RecordStatements<'_> {
    /// Why `records` cannot be stored, if they cannot.
    pub(crate) fn misfit(records: &[Record]) -> Option<&'static str> {
        let index_max = (1_u32 << INDEX_BITS) - 1;
        let too_many = usize::try_from(index_max).is_ok_and(|max| records.len() > max);
        let misfit = |record: &Record| match record {
            Record::Audit { index, .. } => *index > index_max,
            Record::Minutes { balance, .. } => i64::try_from(*balance).is_err(),
            _ => false,
        };
        (too_many || records.iter().any(misfit))
            .then_some("a commit has too many records, or one out of bounds")
    }

    pub(crate) fn put(&mut self, of: &Origin, records: &[Record]) -> rusqlite::Result<()> {
        records
            .iter()
            .zip(0..)
            .try_for_each(|(record, index)| self.put_one(of, index, record).map(drop))
    }

    fn put_one(&mut self, of: &Origin, index: u32, record: &Record) -> rusqlite::Result<usize> {
        let account = blob(of.account.bits());
        let (place_here, seq, now) = (
            place(of.position, index),
            of.seq.get().cast_signed(),
            of.at.millis(),
        );
        match record {
            Record::AccountPut {
                name,
                created_at,
                deleted,
            } => self
                .account_put
                .execute(params![account, &**name, created_at.millis(), deleted]),
            Record::AccountLabelled {
                external_id,
                metadata,
            } => self
                .account_labelled
                .execute(params![account, external_id.as_deref(), metadata.as_deref()]),
            Record::Audit {
                index,
                actor,
                action,
                target,
                detail,
                cause,
            } => self.audit.execute(params![
                place(of.position, *index),
                &**actor,
                &**action,
                target.as_deref(),
                detail.as_deref(),
                cause.as_deref(),
            ]),
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
            } => self.refusal_put.execute(params![
                place_here,
                account,
                seq,
                now,
                blob(id.bits()),
                blob(user.bits()),
                &**product,
                pool_blob(*pool),
                &**code,
                &**attempt,
                device.as_deref(),
                seats,
                occupied,
                waiting,
            ]),
            Record::RefusalsResolved { user, product } => {
                self.refusals_resolved
                    .execute(params![account, blob(user.bits()), &**product, now])
            }
            Record::Occupancy {
                pool,
                product,
                seats,
                occupied,
                offered,
                waiting,
            } => {
                let pool = blob(pool.bits());
                self.occupancy.execute(params![
                    place_here, pool, &**product, seats, occupied, offered, waiting
                ])
            }
            Record::Minutes {
                delta,
                balance,
                claim,
            } => {
                let balance = balance.cast_signed();
                self.minutes.execute(params![
                    place_here,
                    account,
                    seq,
                    now,
                    delta,
                    balance,
                    claim.as_deref()
                ])
            }
            presence => self.put_presence(account, place_here, now, presence),
        }
    }

    fn put_presence(
        &mut self,
        account: [u8; 16],
        place: i64,
        now: i64,
        record: &Record,
    ) -> rusqlite::Result<usize> {
        match record {
            Record::SignInStarted {
                id,
                user,
                product,
                device_id,
                device_name,
                pool,
                funding,
            } => self.sign_in_started.execute(params![
                blob(id.bits()),
                account,
                blob(user.bits()),
                &**product,
                &**device_id,
                &**device_name,
                pool_blob(*pool),
                funding.as_deref(),
                now,
            ]),
            Record::SignInEnded { id, reason, by } => {
                let id = blob(id.bits());
                let by = Ender::of(by.as_ref());
                self.sign_in_ended
                    .execute(params![id, account, now, &**reason, by.actor, by.name, by.note])
            }
            Record::SessionStarted {
                id,
                sign_in,
                user,
                product,
                kind,
                pool,
                funding,
                code,
            } => self.session_started.execute(params![
                place,
                blob(id.bits()),
                account,
                blob(sign_in.bits()),
                blob(user.bits()),
                &**product,
                &**kind,
                pool_blob(*pool),
                funding.as_deref(),
                code.as_deref(),
                now,
            ]),
            Record::SessionConnected { id } => {
                self.session_connected
                    .execute(params![blob(id.bits()), account, now])
            }
            Record::SessionCustomer { id, name } => {
                self.session_customer
                    .execute(params![blob(id.bits()), account, &**name])
            }
            Record::SessionLabelled {
                id,
                external_id,
                metadata,
            } => self.session_labelled.execute(params![
                blob(id.bits()),
                account,
                external_id.as_deref(),
                metadata.as_deref()
            ]),
            Record::SessionFunded { id, funding } => {
                self.session_funded
                    .execute(params![blob(id.bits()), account, &**funding])
            }
            Record::SessionEnded { id, reason, by } => {
                let id = blob(id.bits());
                let by = Ender::of(by.as_ref());
                self.session_ended
                    .execute(params![id, account, now, &**reason, by.actor, by.name, by.note])
            }
            rest => self.put_claim(account, now, rest),
        }
    }

    fn put_claim(&mut self, account: [u8; 16], now: i64, record: &Record) -> rusqlite::Result<usize> {
        match record {
            Record::CodeIssued { code, session } => {
                self.code_issued
                    .execute(params![&**code, account, blob(session.bits())])
            }
            Record::CodeRetired { code } => {
                let kept_from = now.saturating_sub(i64::from(CODE_KEPT_SECS) * 1000);
                self.codes_forgotten.execute(params![account, kept_from])?;
                self.code_retired.execute(params![&**code, account, now])
            }
            Record::AddressPut { user, email } => {
                let user = blob(user.bits());
                match email {
                    Some(email) => self.address_put.execute(params![account, user, &**email]),
                    None => self.address_gone.execute(params![account, user]),
                }
            }
            Record::TicketOpened {
                id,
                user,
                product,
                pool,
                wanted,
            } => {
                let (id, user, pool) = (blob(id.bits()), blob(user.bits()), blob(pool.bits()));
                self.ticket_opened
                    .execute(params![id, account, user, &**product, pool, now, &**wanted])
            }
            Record::TicketOffered { id } => {
                self.ticket_offered
                    .execute(params![blob(id.bits()), account, now])
            }
            Record::TicketEnded { id, outcome, by } => {
                let (id, by) = (blob(id.bits()), Ender::of(by.as_ref()));
                self.ticket_ended
                    .execute(params![id, account, now, &**outcome, by.actor, by.name, by.note])
            }
            _ => Ok(0),
        }
    }
}
