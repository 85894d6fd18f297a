//! Every field of a credential, a portal session or the operators' trail that says something about a person has a type
//! that says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Texts about things: words of the program, ids, secrets that are sealed or drawn, what a provider says of itself. A
/// field about a person does not belong here: its type is `Personal`.
const NOT_PERSONAL: [&str; 32] = [
    "BrandLook.name",
    "FailedSignIn.why",
    "KeysOrigin.request",
    "NamedDomain.challenge",
    "NamedDomain.domain",
    "NewOperatorKey.name",
    "OperatorKey.name",
    "OperatorSession.name",
    "OutboxBudget.kind",
    "OutboxEntry.kind",
    "OutboxRow.error",
    "Preferences.time_zone",
    "Provider.email_claim",
    "Provider.email_domains",
    "Provider.groups_claim",
    "Provider.label",
    "ProviderUpdate.challenges",
    "Realm.issuer",
    "Realm.label",
    "StoredOperatorKey.name",
    "TrailEntry.action",
    "TrailEntry.actor",
    "TrailEntry.detail",
    "TrailEntry.name",
    "TrailEntry.request",
    "TrailFault.problem",
    "TrailRow.action",
    "TrailRow.actor",
    "TrailRow.detail",
    "TrailRow.name",
    "TrailRow.request",
    "UnknownGroups.named",
];

/// Types that are handed on within one request and kept nowhere.
const PASSING: [&str; 6] = [
    "Answer",
    "Departure",
    "Intent",
    "Person",
    "RedirectUris",
    "Vouched",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("contract") {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// The public fields with text in the public structs of a file, as `Struct.field`.
fn texts(source: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut name = "";
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("pub struct ") {
            name = rest.strip_suffix(" {").unwrap_or_default();
        } else if line == "}" {
            name = "";
        }
        let Some((field, kind)) = line
            .trim_start()
            .strip_prefix("pub ")
            .and_then(|it| it.split_once(": "))
        else {
            continue;
        };
        let is_text = ["str>", "String", "IpAddr", "Name", "Email", "ExternalId"]
            .iter()
            .any(|text| kind.contains(text));
        if is_text && !kind.contains("Personal<") && !name.is_empty() && !PASSING.contains(&name) {
            texts.insert(format!("{name}.{field}"));
        }
    }
    texts
}

#[test]
fn a_stored_field_about_a_person_says_so() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let found: BTreeSet<_> = files
        .iter()
        .flat_map(|file| texts(&fs::read_to_string(file).unwrap()))
        .collect();

    assert_eq!(found, NOT_PERSONAL.map(str::to_owned).into());
}
