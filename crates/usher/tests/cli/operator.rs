//! The commands with which an operator manages the accounts of a running server.

mod faults;
mod requests;
mod scripted;

use serde_json::{Value, json};
use usher_client::operations::{CreateApiKey, CreateOperatorKey};
use usher_client::{Account, Client};

use crate::program::{Run, Server, usher_with};

/// A sandbox and its operator key.
struct Operated {
    server: Server,
    key: String,
    runtime: tokio::runtime::Runtime,
}

impl Operated {
    fn start() -> Self {
        let mut server = Server::start_with(&[], &["--sandbox"]);
        let key = server.operator_key();
        Self {
            server,
            key,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        }
    }

    /// Runs a command with the server's URL and its operator key.
    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_key(&self.key, arguments)
    }

    fn run_with_key(&self, key: &str, arguments: &[&str]) -> Run {
        let environment = [
            ("USHER_SERVER", self.server.url.as_str()),
            ("USHER_OPERATOR_KEY", key),
        ];
        usher_with(&environment, arguments)
    }

    /// The output of a command that succeeds.
    fn said(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(
            (run.code, run.err.as_str()),
            (Some(0), ""),
            "{arguments:?}: {}",
            run.out
        );
        run.out
    }

    /// The JSON that a command prints.
    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.said(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// Why a command fails with the exit code 1.
    fn refused(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(
            (run.code, run.out.as_str()),
            (Some(1), ""),
            "{arguments:?}: {}",
            run.err
        );
        run.err
    }

    /// Creates an account, and returns its id.
    fn create(&self, name: &str) -> String {
        let account = self.json(&["account", "create", name]);
        account["id"].as_str().unwrap().to_owned()
    }

    /// An account with 10 shared seats, of which 10 are in the default pool, and its id.
    fn with_seats(&self, name: &str) -> String {
        let id = self.create(name);
        let set = ["subscription", "set", &id, "--plan", "enterprise"];
        self.said(
            &[
                &set[..],
                &["--product", "remote-support", "--named", "2", "--shared", "10"],
            ]
            .concat(),
        );
        id
    }

    fn client(&self) -> Client {
        Client::new(&self.server.url, &self.key).unwrap()
    }
}

#[test]
fn an_account_is_created_found_renamed_and_closed_by_its_name() {
    let operated = Operated::start();

    let created = operated.said(&["account", "create", "Contoso Support", "--external-id", "crm-7"]);
    let found = operated.json(&["account", "list", "--search", "contoso s"]);
    let by_external_id = operated.json(&["account", "list", "--external-id", "crm-7"]);
    let id = found[0]["id"].as_str().unwrap();
    let shown = operated.said(&["account", "show", "contoso support"]);
    let renamed = operated.said(&["account", "rename", "Contoso Support", "Contoso Help Desk"]);
    let listed = operated.said(&["account", "list"]);
    let closed = operated.said(&["account", "close", "Contoso Help Desk", "--yes"]);

    assert!(
        created.contains(&format!("Account Contoso Support created: {id}")),
        "{created}"
    );
    assert_eq!(found, by_external_id);
    assert!(
        shown.starts_with("Contoso Support\n") && shown.contains("External id  crm-7"),
        "{shown}"
    );
    assert!(shown.contains("Plan         none yet"), "{shown}");
    assert_eq!(renamed, format!("{id}: Contoso Support → Contoso Help Desk\n"));
    assert!(
        listed.contains("Contoso Help Desk") && listed.contains("crm-7"),
        "{listed}"
    );
    assert_eq!(closed, format!("Account Contoso Help Desk ({id}) closed.\n"));
    assert!(
        operated
            .said(&["account", "list"])
            .starts_with("There are no accounts yet.")
    );
    let gone = operated.refused(&["account", "show", id]);
    assert!(
        gone.contains(&format!("There is no account {id} at http")),
        "{gone}"
    );
}

#[test]
fn a_name_of_several_accounts_or_of_none_chooses_nothing() {
    let operated = Operated::start();
    let ids = [operated.create("Contoso"), operated.create("Contoso")];

    let twice = operated.refused(&["account", "close", "Contoso", "--yes"]);
    let part = operated.refused(&["minutes", "show", "conto"]);
    let none = operated.refused(&["subscription", "show", "Nobody"]);
    let no_name = operated.run(&["account", "show", " "]);

    assert!(twice.contains("2 accounts are named `Contoso`"), "{twice}");
    assert!(ids.iter().all(|id| twice.contains(id)), "{twice}");
    assert!(part.contains("Did you mean `Contoso` ("), "{part}");
    assert!(none.contains("There is no account named `Nobody`."), "{none}");
    assert_eq!(no_name.code, Some(2));
    assert!(
        no_name
            .err
            .contains("neither an account's id nor a name of 1 to 120"),
        "{}",
        no_name.err
    );
    assert_eq!(operated.json(&["account", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn accounts_of_all_pages_are_listed_and_found() {
    let operated = Operated::start();
    let client = operated.client();
    operated.runtime.block_on(async {
        for number in 1..=201 {
            let name = format!("Customer {number}");
            Account::create(&client, &name).await.unwrap();
        }
    });

    let listed = operated.json(&["account", "list"]);
    let shown = operated.said(&["account", "show", "Customer 1"]);

    let names: std::collections::BTreeSet<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["name"].to_string())
        .collect();
    assert_eq!(names.len(), 201);
    assert!(shown.starts_with("Customer 1\n"), "{shown}");
}

#[test]
fn only_what_is_named_of_a_subscription_changes() {
    let operated = Operated::start();
    let id = operated.with_seats("Contoso Support");
    let set = |more: &[&'static str]| [&["subscription", "set", "Contoso Support"], more].concat();

    let more = operated.said(&set(&["--product", "remote-support", "--named", "1200"]));
    let other = operated.json(&set(&["--product", "service-desk", "--named", "3"]));
    let again = operated.said(&set(&["--plan", "enterprise"]));
    let shown = operated.said(&["subscription", "show", &id]);

    assert!(
        more.starts_with(&format!("Subscription of Contoso Support ({id}) changed:\n\n")),
        "{more}"
    );
    let rows: Vec<Vec<&str>> = more
        .lines()
        .skip(2)
        .map(|line| line.split_whitespace().collect())
        .collect();
    let row = vec!["remote-support,", "named", "seats", "2", "1,200"];
    assert_eq!(rows, [vec!["Before", "After"], row]);
    assert_eq!(other["before"]["products"]["service-desk"], Value::Null);
    assert_eq!(other["after"]["plan"], "enterprise");
    assert_eq!(other["after"]["products"]["service-desk"]["named_seats"], 3);
    assert_eq!(other["after"]["products"]["remote-support"]["named_seats"], 1200);
    assert_eq!(other["after"]["products"]["remote-support"]["shared_seats"], 10);
    assert!(again.starts_with("Nothing changed: Contoso Support"), "{again}");
    assert!(
        shown.contains("plan: enterprise") && shown.contains("1,200"),
        "{shown}"
    );
}

#[test]
fn a_refused_change_says_why_in_the_words_of_the_server() {
    let operated = Operated::start();
    let id = operated.with_seats("Contoso");
    let set = |more: &[&str]| operated.refused(&[&["subscription", "set", &id], more].concat());

    let fewer = set(&["--product", "remote-support", "--shared", "4"]);
    let plan = set(&["--plan", "gold"]);
    let no_plan = operated.create("New");
    let no_plan = operated.run(&[
        "subscription",
        "set",
        &no_plan,
        "--product",
        "desk",
        "--named",
        "1",
    ]);

    assert!(
        fewer.contains("The subscription was not changed: The seats are in use. "),
        "{fewer}"
    );
    assert!(plan.contains("`plan` is not right: must be one of "), "{plan}");
    assert_eq!(no_plan.code, Some(2));
    assert!(no_plan.err.contains("Name one with `--plan`"), "{}", no_plan.err);
}

#[test]
fn minutes_are_added_and_shown() {
    let operated = Operated::start();
    let id = operated.create("Contoso");

    let added = operated.said(&["minutes", "add", "Contoso", "1500"]);
    let shown = operated.said(&["minutes", "show", &id]);
    let none = operated.run(&["minutes", "add", &id, "0"]);

    assert_eq!(
        added,
        format!("1,500 minutes added: Contoso ({id}) has 1,500 minutes now.\n")
    );
    assert_eq!(shown, format!("Contoso ({id}) has 1,500 minutes.\n"));
    assert_eq!(
        operated.json(&["minutes", "show", &id]),
        json!({"remaining": 1500})
    );
    assert_eq!(none.code, Some(2));
}

#[test]
fn a_run_with_the_key_of_an_earlier_one_does_nothing_twice() {
    let operated = Operated::start();
    let create = ["account", "create", "Contoso", "--idempotency-key", "first"];

    let ids = [
        operated.json(&create)["id"].clone(),
        operated.json(&create)["id"].clone(),
    ];
    let add = [
        "minutes",
        "add",
        "Contoso",
        "500",
        "--idempotency-key",
        "top-up-1",
    ];
    operated.said(&add);
    let again = operated.json(&add);
    let other = operated.refused(&[
        "minutes",
        "add",
        "Contoso",
        "501",
        "--idempotency-key",
        "top-up-1",
    ]);

    assert_eq!(ids[0], ids[1]);
    assert_eq!(again, json!({"remaining": 500}));
    assert!(other.contains("No minutes were added: "), "{other}");
}

#[test]
fn an_account_is_closed_only_with_yes_where_nobody_can_be_asked() {
    let operated = Operated::start();
    let id = operated.create("Contoso");

    let run = operated.run(&["account", "close", &id]);

    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("Give `--yes` if you mean it."), "{}", run.err);
    operated.said(&["account", "show", &id]);
}

#[test]
fn the_key_comes_from_a_file_or_the_environment_and_must_be_of_this_server() {
    let operated = Operated::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.key");
    std::fs::write(&file, format!("{}\n", operated.key)).unwrap();
    let file = file.to_str().unwrap();

    let from_file = operated.run_with_key(
        "usher_op_wrong",
        &["account", "list", "--operator-key-file", file],
    );
    let wrong = operated.run_with_key("usher_op_wrong", &["account", "list"]);
    let none = operated.run_with_key("", &["account", "list"]);
    let older = [
        ("USHER_URL", operated.server.url.as_str()),
        ("USHER_OPERATOR_KEY", &operated.key),
    ];
    let older = usher_with(&older, &["account", "list"]);
    let url = ["account", "list", "--url", &operated.server.url];
    let url = usher_with(&[("USHER_OPERATOR_KEY", &operated.key)], &url);

    assert_eq!(from_file.code, Some(0), "{}", from_file.err);
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.err.contains("does not accept this operator key"),
        "{}",
        wrong.err
    );
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("`--operator-key-file FILE`"), "{}", none.err);
    assert_eq!(
        (older.code, url.code),
        (Some(0), Some(0)),
        "{}{}",
        older.err,
        url.err
    );
}

#[test]
fn a_key_without_the_right_is_refused_in_the_words_of_the_server() {
    let operated = Operated::start();
    let id = operated.create("Contoso");
    let (client, account) = (operated.client(), id.clone());
    let [reading, of_account] = operated.runtime.block_on(async {
        let body = json!({"name": "Reader", "scopes": ["accounts.read"]});
        let reading = client
            .call::<CreateOperatorKey>(&[], &[], Some(&body))
            .await
            .unwrap();
        let body = json!({"name": "Desk", "scopes": ["seats.manage"]});
        let of_account = client
            .call::<CreateApiKey>(&[&account], &[], Some(&body))
            .await
            .unwrap();
        [reading["key"].as_str().unwrap().to_owned(), of_account.key]
    });

    let shown = operated.run_with_key(&reading, &["subscription", "show", &id]);
    let added = operated.run_with_key(&reading, &["minutes", "add", &id, "5"]);
    let listed = operated.run_with_key(&of_account, &["account", "list"]);

    assert_eq!(shown.code, Some(0), "{}", shown.err);
    assert_eq!(added.code, Some(1));
    assert!(
        added.err.contains("No minutes were added: Not allowed. "),
        "{}",
        added.err
    );
    assert_eq!(listed.code, Some(1));
    assert!(
        listed.err.contains("The accounts were not listed: "),
        "{}",
        listed.err
    );
}

#[test]
fn a_key_of_the_account_says_that_it_only_asked() {
    let operated = Operated::start();
    let id = operated.with_seats("Contoso");
    let account = Account::of(operated.client(), &id);
    let scopes = json!({"name": "Back end", "scopes": ["subscription.manage", "seats.manage"]});
    let key = operated.runtime.block_on(async {
        let client = operated.client();
        client
            .call::<CreateApiKey>(&[account.id()], &[], Some(&scopes))
            .await
            .unwrap()
            .key
    });
    let set = [
        "subscription",
        "set",
        &id,
        "--product",
        "remote-support",
        "--shared",
        "12",
    ];

    for (arguments, nothing) in [
        (&set[..], "The subscription was not changed yet"),
        (&["minutes", "add", &id, "60"], "No minutes were added yet"),
    ] {
        let asked = operated.run_with_key(&key, arguments);
        assert_eq!((asked.code, asked.out.as_str()), (Some(1), ""));
        assert!(asked.err.contains(nothing), "{}", asked.err);
        assert!(asked.err.contains("The request subreq_"), "{}", asked.err);
    }
    let shown = operated.json(&["subscription", "show", &id]);
    assert_eq!(shown["products"]["remote-support"]["shared_seats"], 10);
}
