//! Whether the credential tables are what Usher writes there.

use std::fmt;

use rusqlite::Connection;

use crate::{IdentityError, Sealer, SecretsKeys, join_codes, second_factor, signing, single_sign_on};

/// The most rows that are listed for one rule.
const ROWS_MAX: usize = 100;

/// A row of the credential tables that Usher has not written like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    /// The table.
    pub table: &'static str,
    /// The row's key, as SQL writes it; empty where it is about the whole table.
    pub row: String,
    /// What is wrong, as a sentence about it.
    pub problem: String,
}

/// What no row of a table may be.
struct Rule {
    table: &'static str,
    key: &'static str,
    /// Holds for rows that are wrong.
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

/// Checks the credential tables in the database behind `connection`, which are up to date: that ids and digests are
/// such, that nothing belongs to what is not there, and, where the `keys` are known, that what is sealed opens in its
/// place.
pub fn check_tables(
    connection: &Connection,
    keys: Option<&SecretsKeys>,
) -> Result<Vec<TableFault>, IdentityError> {
    let mut faults = Vec::new();
    for rule in RULES {
        let sql = format!(
            "SELECT {} FROM {} WHERE {} LIMIT {ROWS_MAX}",
            rule.key, rule.table, rule.wrong
        );
        let mut wrong = connection.prepare(&sql)?;
        let wrong = wrong.query_map([], |row| {
            let key: rusqlite::types::Value = row.get(0)?;
            Ok(TableFault {
                table: rule.table,
                row: match key {
                    rusqlite::types::Value::Text(key) => key,
                    rusqlite::types::Value::Integer(key) => key.to_string(),
                    _ => String::new(),
                },
                problem: rule.problem.to_owned(),
            })
        })?;
        faults.extend(wrong.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    if let Some(keys) = keys {
        let sealer = Sealer::new(keys);
        let opened = [
            (
                "identity_signing_keys",
                signing::check_sealed(connection, &sealer),
            ),
            ("identity_join_key", join_codes::check_sealed(connection, &sealer)),
            (
                "identity_providers",
                single_sign_on::check_sealed(connection, &sealer),
            ),
            (
                "identity_second_factors",
                second_factor::check_sealed(connection, &sealer),
            ),
        ];
        for (table, result) in opened {
            faults.extend(result.err().map(|error| TableFault {
                table,
                row: String::new(),
                problem: with_source(&error),
            }));
        }
    }
    Ok(faults)
}

fn with_source(error: &IdentityError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
