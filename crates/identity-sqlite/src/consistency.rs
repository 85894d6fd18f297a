//! Checks that the credential tables contain only what Usher writes there.

use std::fmt;

use rusqlite::Connection;
use rusqlite::types::Value;
use usher_identity::ports::{SealedPlace, StoreError};
use usher_identity::{IdentityError, Sealer, SecretsKeys, check_sealed};

use crate::sealed::COLUMNS;
use crate::store::Failure;

/// The most rows listed per rule.
const ROWS_MAX: usize = 100;

/// A row of the credential tables that Usher did not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    /// The table's name.
    pub table: &'static str,
    /// The row's key as an SQL literal; empty if the whole table is concerned.
    pub row: String,
    /// What is wrong, as a sentence.
    pub problem: String,
}

/// A condition that must be false for every row of a table.
struct Rule {
    table: &'static str,
    key: &'static str,
    /// An SQL condition that is true for wrong rows.
    wrong: &'static str,
    problem: &'static str,
}

const fn rule(table: &'static str, key: &'static str, wrong: &'static str, problem: &'static str) -> Rule {
    Rule {
        table,
        key,
        wrong,
        problem,
    }
}

const NO_ID: &str = "an id or a digest in it has the wrong length";

const RULES: &[Rule] = &[
    rule(
        "identity_api_keys",
        "quote(id)",
        "length(account) <> 16 OR length(id) <> 16 OR length(digest) <> 32 OR ifnull(length(former_digest), 32) <> 32",
        NO_ID,
    ),
    rule(
        "identity_api_keys",
        "quote(id)",
        "(former_digest IS NULL) <> (former_until IS NULL)",
        "its former secret has no end",
    ),
    rule("identity_api_keys", "quote(id)", "scopes = ''", "it is good for nothing"),
    rule(
        "identity_user_tokens",
        "quote(digest)",
        "length(account) <> 16 OR length(user) <> 16 OR length(digest) <> 32",
        NO_ID,
    ),
    rule(
        "identity_passwords",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16",
        NO_ID,
    ),
    rule(
        "identity_passwords",
        "quote(user)",
        "hash NOT LIKE '$argon2%'",
        "it is not the hash of a password",
    ),
    rule(
        "identity_portal_sessions",
        "quote(digest)",
        "length(account) <> 16 OR length(user) <> 16 OR length(digest) <> 32",
        NO_ID,
    ),
    rule(
        "identity_providers",
        "quote(account)",
        "length(account) <> 16",
        NO_ID,
    ),
    rule(
        "identity_provider_domains",
        "quote(domain)",
        "account NOT IN (SELECT account FROM identity_providers)",
        "its account has no provider",
    ),
    rule(
        "identity_operator_keys",
        "quote(id)",
        "length(id) <> 16 OR length(digest) <> 32 OR ifnull(length(former_digest), 32) <> 32",
        NO_ID,
    ),
    rule(
        "identity_operator_keys",
        "quote(id)",
        "(former_digest IS NULL) <> (former_until IS NULL)",
        "its former secret has no end",
    ),
    rule(
        "identity_operator_grants",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16",
        NO_ID,
    ),
    rule(
        "identity_operator_grants",
        "quote(user)",
        "accounts < 1",
        "it belongs to an account, and there was none"
    ),
    rule(
        "identity_second_factors",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16",
        NO_ID,
    ),
    rule(
        "identity_recovery_codes",
        "quote(user)",
        "NOT EXISTS (SELECT 1 FROM identity_second_factors AS factor
                     WHERE factor.account = identity_recovery_codes.account AND factor.user = identity_recovery_codes.user)",
        "its user has no second factor",
    ),
    rule(
        "identity_half_sign_ins",
        "quote(digest)",
        "length(account) <> 16 OR length(user) <> 16 OR length(digest) <> 32",
        NO_ID,
    ),
    rule(
        "identity_known_browsers",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16 OR length(browser) <> 16",
        NO_ID,
    ),
    rule(
        "identity_signed_in",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16",
        NO_ID,
    ),
    rule(
        "identity_branding",
        "quote(one)",
        "ifnull(length(color), 7) <> 7 OR ifnull(length(logo), 0) > 102400",
        "no page of this server chooses that",
    ),
    rule(
        "identity_preferences",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16",
        NO_ID,
    ),
    rule(
        "identity_outbox",
        "quote(id)",
        "length(id) <> 16 OR ifnull(length(account), 16) <> 16 OR ifnull(length(user), 16) <> 16
         OR ifnull(length(caused_by), 16) <> 16 OR ifnull(length(asked_by), 16) <> 16",
        NO_ID,
    ),
    rule(
        "identity_outbox_used",
        "rowid",
        "ifnull(length(caused_by), 16) <> 16 OR length(recipient) <> 32",
        NO_ID,
    ),
    rule(
        "identity_outbox",
        "quote(id)",
        "ended_at IS NOT NULL AND (secret IS NOT NULL OR about <> '{}')",
        "what it says and the secret of its link should be gone",
    ),
    rule(
        "identity_outbox_followed",
        "quote(account)",
        "length(account) <> 16",
        NO_ID,
    ),
    rule(
        "identity_user_links",
        "quote(user)",
        "length(account) <> 16 OR length(user) <> 16 OR length(digest) <> 32 OR length(address) <> 32 OR ifnull(length(author_id), 16) <> 16 OR ifnull(length(author_credential), 17) NOT IN (17, 33)",
        NO_ID,
    ),
    rule(
        "identity_user_links",
        "quote(user)",
        "purpose NOT IN ('invitation', 'reset')",
        "it is for nothing that is known",
    ),
    rule(
        "identity_unrecorded",
        "id",
        "length(account) <> 16 OR ifnull(length(user), 16) <> 16 OR ifnull(length(by_id), 16) <> 16",
        NO_ID,
    ),
];

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "credentials, table {}", self.table)?;
        if !self.row.is_empty() {
            write!(f, ", row {}", self.row)?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// Checks the credential tables in the database behind `connection`, which must be migrated: that ids and digests are
/// valid, that no row refers to a missing one, and, if the `keys` are known, that sealed values can be opened in their
/// rows.
pub fn check_tables(
    connection: &Connection,
    keys: Option<&SecretsKeys>,
) -> Result<Vec<TableFault>, StoreError> {
    let mut faults = wrong_rows(connection)?;
    if let Some(keys) = keys {
        faults.extend(unopenable(connection, &Sealer::new(keys)));
    }
    Ok(faults)
}

fn wrong_rows(tables: &Connection) -> Result<Vec<TableFault>, Failure> {
    let mut faults = Vec::new();
    for rule in RULES {
        let sql = format!(
            "SELECT {} FROM {} WHERE {} LIMIT {ROWS_MAX}",
            rule.key, rule.table, rule.wrong
        );
        let mut wrong = tables.prepare(&sql)?;
        let wrong = wrong.query_map([], |row| {
            let key: Value = row.get(0)?;
            Ok(TableFault {
                table: rule.table,
                row: match key {
                    Value::Text(key) => key,
                    Value::Integer(key) => key.to_string(),
                    _ => String::new(),
                },
                problem: rule.problem.to_owned(),
            })
        })?;
        faults.extend(wrong.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(faults)
}

/// The tables with a value that cannot be opened in its place, each once. ID tokens only matter for signing out at a
/// provider, and are not checked.
fn unopenable(tables: &Connection, sealer: &Sealer) -> Vec<TableFault> {
    let check = |(place, value): &(SealedPlace, Vec<u8>)| match place {
        SealedPlace::IdToken(_) => Ok(()),
        place => check_sealed(sealer, *place, value),
    };
    let faults = COLUMNS.iter().filter_map(|column| {
        let values = column
            .values(tables)
            .map_err(|failure| IdentityError::from(StoreError::from(failure)));
        let error = values
            .and_then(|values| values.iter().try_for_each(check))
            .err()?;
        Some(TableFault {
            table: column.table,
            row: String::new(),
            problem: with_source(&error),
        })
    });
    faults.collect()
}

fn with_source(error: &IdentityError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
