//! Checks `openapi.json` with other programs: clients that public generators make from it run against the real program,
//! and its examples are validated against its schemas. `tests/clients` has the programs, and pins their dependencies.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use usher_client::{Account, Client};

use crate::install::{npm_packages, python_environment};
use crate::program::{Server, repository};

const PYTHON: &str = "tests/clients/python";
const TYPESCRIPT: &str = "tests/clients/typescript";

/// The Python environment with all packages of these tests.
fn python() -> PathBuf {
    python_environment("python-client", &format!("{PYTHON}/requirements.txt"))
}

#[test]
fn every_example_of_the_document_matches_its_schema() {
    let mut check = Command::new(python().join("bin/python"));
    check
        .arg(repository().join(PYTHON).join("examples.py"))
        .arg(repository().join("openapi.json"));

    let said = told(&mut check);

    let count = said.split(' ').next().and_then(|count| count.parse().ok());
    assert!(count.is_some_and(|count: u32| count > 300), "{said}");
}

#[test]
fn the_generated_python_client_signs_in_waits_claims_and_ends() {
    let tools = python();
    let source = repository().join(PYTHON);
    let work = tempfile::tempdir().unwrap();
    fs::copy(source.join("program.py"), work.path().join("program.py")).unwrap();

    let mut generate = Command::new(tools.join("bin/openapi-python-client"));
    generate
        .args(["generate", "--fail-on-warning", "--meta", "none", "--output-path"])
        .arg(work.path().join("usher_api"))
        .arg("--config")
        .arg(source.join("generator.yaml"))
        .arg("--path")
        .arg(repository().join("openapi.json"));
    without_a_warning(&mut generate);

    // The cache makes checking the many generated modules cheap the next time.
    let mut check = Command::new(tools.join("bin/mypy"));
    check
        .args(["--strict", "--no-error-summary", "--cache-dir"])
        .arg(tools.join("types"))
        .arg("program.py")
        .current_dir(work.path());
    told(&mut check);
    run_against_a_server(Command::new(tools.join("bin/python")).arg(work.path().join("program.py")));
}

#[test]
fn the_generated_typescript_client_signs_in_waits_claims_and_ends() {
    let packages = npm_packages("typescript-client", TYPESCRIPT);
    for file in ["program.ts", "tsconfig.json"] {
        fs::copy(repository().join(TYPESCRIPT).join(file), packages.join(file)).unwrap();
    }

    let programs = packages.join("node_modules/.bin");
    let mut generate = Command::new(programs.join("openapi-typescript"));
    generate
        .arg(repository().join("openapi.json"))
        .args(["--output", "schema.d.ts"])
        .current_dir(&packages);
    without_a_warning(&mut generate);

    told(Command::new(programs.join("tsc")).current_dir(&packages));
    run_against_a_server(
        Command::new("node")
            .arg("built/program.js")
            .current_dir(&packages),
    );
}

/// Runs a generator. A warning fails the test, because the generator omits what it warns about.
fn without_a_warning(generate: &mut Command) {
    let said = told(generate).to_lowercase();
    for word in ["warn", "unsupported", "dropp", "skip", "ignor"] {
        assert!(!said.contains(word), "{generate:?}:\n{said}");
    }
}

/// Runs a program against a server with an account that has one seat and two users.
fn run_against_a_server(program: &mut Command) {
    let mut server = Server::start_with(&[], &["--sandbox"]);
    let operator_key = server.operator_key();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let desk = runtime.block_on(Desk::make(&server.url, &operator_key));

    program
        .env("USHER_URL", &server.url)
        .env("USHER_ACCOUNT", desk.account)
        .env("USHER_TOKEN", desk.key)
        .env("USHER_USERS", desk.users.join(" "));
    let said = told(program);

    assert!(said.contains("signed in, waited, claimed, ended"), "{said}");
    assert_eq!(server.stop().0, Some(0), "the server did not stop as told");
}

/// What a vendor's back end needs to know.
struct Desk {
    account: String,
    key: String,
    users: [String; 2],
}

impl Desk {
    async fn make(url: &str, operator_key: &str) -> Self {
        let operator = Client::new(url, operator_key).unwrap();
        let account = Account::create(&operator, "Under test").await.unwrap();
        let seats = [("remote-support", 0, 1)];
        account.subscribe("enterprise", &seats).await.unwrap();
        let pool = account.pools().await.unwrap().remove(0).id;
        let rules = json!({"seats": 1, "rules": {"when_full": ["queue"]}});
        account.change_pool(&pool, &rules).await.unwrap();
        let licenses = json!({"remote-support": {"kind": "shared", "pool": pool}});
        let user = |name: &str| {
            let email = format!("{}@example.com", name.to_lowercase());
            json!({"name": name, "email": email, "licenses": licenses})
        };
        let key = account
            .create_api_key("Back end", &["sign-ins.write"])
            .await
            .unwrap();
        Self {
            account: account.id().to_owned(),
            key: key.key,
            users: [
                account.create_user(&user("Anna")).await.unwrap(),
                account.create_user(&user("Sven")).await.unwrap(),
            ],
        }
    }
}

/// Runs a command, which must succeed, and returns its output.
fn told(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{said}");
    said.into_owned()
}
