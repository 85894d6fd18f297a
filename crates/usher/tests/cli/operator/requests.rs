//! What accounts ask for, and who changes their subscriptions.

use serde_json::json;
use usher_client::operations::CreateApiKey;

use super::Operated;

impl Operated {
    /// A key with which the account asks for seats.
    fn asking_key(&self, account: &str) -> String {
        let scopes = json!({"name": "Back end", "scopes": ["subscription.manage"]});
        let client = self.client();
        let values = [account];
        let key = client.call::<CreateApiKey>(&values, &[], Some(&scopes));
        self.runtime.block_on(key).unwrap().key
    }

    /// Asks for minutes. Returns the request's id.
    fn ask_for_minutes(&self, key: &str, account: &str, minutes: &str) -> String {
        let asked = self.run_with_key(key, &["minutes", "add", account, minutes]);
        assert_eq!(asked.code, Some(1), "{}", asked.err);
        let open = self.json(&["subscription", "requests"]);
        open[0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_operator_lists_and_answers_what_accounts_ask_for() {
    let operated = Operated::start();
    let id = operated.with_seats("Contoso");
    let key = operated.asking_key(&id);
    assert_eq!(
        operated.said(&["subscription", "requests"]),
        "No account waits for an answer.\n"
    );

    let set = [
        "subscription",
        "set",
        &id,
        "--product",
        "remote-support",
        "--shared",
        "12",
    ];
    operated.run_with_key(&key, &set);
    let listed = operated.said(&["subscription", "requests"]);
    assert!(
        listed.contains("remote-support: shared seats 10 → 12"),
        "{listed}"
    );
    assert!(
        listed.contains("Contoso") && listed.contains("Back end"),
        "{listed}"
    );
    let open = operated.json(&["subscription", "requests"]);
    let request = open[0]["id"].as_str().unwrap();
    let change = [
        "--product",
        "remote-support",
        "--shared",
        "11",
        "--note",
        "One now.",
    ];
    let approved = operated.said(&[&["subscription", "approve", request][..], &change].concat());
    assert_eq!(
        approved,
        "Approved. Contoso has bought:\n  remote-support: shared seats 10 → 11\n"
    );
    let shown = operated.json(&["subscription", "show", &id]);
    assert_eq!(shown["products"]["remote-support"]["shared_seats"], 11);

    let minutes = operated.ask_for_minutes(&key, &id, "500");
    let declined = operated.said(&["subscription", "decline", &minutes, "--note", "Call us."]);
    assert_eq!(
        declined,
        "Declined. Contoso sees that on its subscription page.\n"
    );
    let again = operated.refused(&["subscription", "approve", &minutes]);
    assert!(again.contains("no open request has the id"), "{again}");
    let minutes = operated.ask_for_minutes(&key, &id, "60");
    let approved = operated.said(&["subscription", "approve", &minutes]);
    assert_eq!(approved, "Approved. Contoso has bought:\n  60 minutes\n");
    assert_eq!(operated.json(&["minutes", "show", &id])["remaining"], 60);
}

fn manage<'a>(account: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["subscription", "manage", account][..], more].concat()
}

#[test]
fn the_operator_says_who_else_changes_a_subscription() {
    let operated = Operated::start();
    let id = operated.with_seats("Contoso");
    let key = operated.asking_key(&id);

    let at_first = operated.said(&manage(&id, &[]));
    assert_eq!(
        at_first,
        format!("Contoso ({id}) asks the operator for changes of its subscription.\n")
    );
    let bounds = [
        "within-bounds",
        "--product",
        "remote-support",
        "--shared",
        "8..12",
        "--minutes",
        "60",
    ];
    let bounded = operated.said(&manage(&id, &bounds));
    assert!(
        bounded.contains("It adds at most 60 minutes in 30 days."),
        "{bounded}"
    );
    assert!(bounded.contains("8 to 12"), "{bounded}");
    let more = operated.said(&manage(&id, &["within-bounds", "--minutes", "90"]));
    assert!(more.contains("90 minutes") && more.contains("8 to 12"), "{more}");
    for (shared, code) in [("12", Some(0)), ("13", Some(1))] {
        let set = [
            "subscription",
            "set",
            &id,
            "--product",
            "remote-support",
            "--shared",
            shared,
        ];
        assert_eq!(operated.run_with_key(&key, &set).code, code, "{shared}");
    }
    assert!(
        operated
            .said(&manage(&id, &["closed"]))
            .contains("does not change its subscription")
    );
    let wrong = operated.run(&manage(&id, &["free", "--minutes", "60"]));
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("Only `within-bounds` has bounds"),
        "{}",
        wrong.err
    );
}
