//! Every field of a record that says something about a person has a type that says so.

use std::collections::BTreeSet;

/// Texts about things: words of the program, ids, digests and what vendors keep. A field about a person does not belong
/// here: its type is `Personal`.
const NOT_PERSONAL: [&str; 33] = [
    "AccountRow.external_id",
    "AccountRow.metadata",
    "AccountRow.name",
    "Audit.action",
    "Audit.actor",
    "Audit.target",
    "Cause.credential",
    "Cause.request",
    "CodeIssued.code",
    "CodeRetired.code",
    "End.reason",
    "EndedBy.actor",
    "Minutes.claim",
    "Occupancy.product",
    "Refusal.attempt",
    "Refusal.code",
    "Refusal.product",
    "RequestOf.account_name",
    "SessionRow.code",
    "SessionRow.external_id",
    "SessionRow.funding",
    "SessionRow.kind",
    "SessionRow.metadata",
    "SessionRow.product",
    "SignInRow.funding",
    "SignInRow.product",
    "SubscriptionChange.actor",
    "SubscriptionChange.change",
    "SubscriptionRequestRow.asked",
    "SubscriptionRequestRow.asked_by",
    "SubscriptionRequestRow.bought_before",
    "TicketRow.product",
    "TicketRow.wanted",
];

/// The fields with text in a list of records, as `Row.field`.
fn texts(source: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut row = "";
    for line in source.lines().map(str::trim_start) {
        if let Some((name, _)) = line.split_once(" in \"") {
            row = name;
        } else if let Some(name) = line.strip_prefix("pub struct ") {
            row = name.trim_end_matches(" {");
        } else if let Some(variant) = line.strip_suffix(" {")
            && variant.chars().all(char::is_alphanumeric)
        {
            row = variant;
        }
        let field = line.strip_prefix("pub ").unwrap_or(line).split_once(": ");
        let Some((field, kind)) = field.filter(|_| row != "Self" && !line.starts_with("//")) else {
            continue;
        };
        let kind = kind.split(" = ").next().unwrap_or(kind);
        let is_text = ["Text", "String", "IpAddr"]
            .iter()
            .any(|text| kind.contains(text));
        if is_text && !kind.contains("Personal<") {
            texts.insert(format!("{row}.{field}"));
        }
    }
    texts
}

#[test]
fn a_field_of_a_record_about_a_person_says_so() {
    let sources = [
        include_str!("../src/rows.rs"),
        include_str!("../src/record.rs"),
        include_str!("../src/cause.rs"),
    ];
    let found: BTreeSet<_> = sources.into_iter().flat_map(texts).collect();

    let listed = NOT_PERSONAL.map(str::to_owned);
    assert_eq!(found, listed.into());
}
