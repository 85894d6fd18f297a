//! Two public SCIM test tools from `PyPI` against the real program: `scim2-cli`, which tests what the server says about
//! itself, and `scim-sanity`. `tests/scim/requirements.txt` pins them.

use std::path::Path;
use std::process::Command;

use usher_client::{Account, Client};

use crate::install::python_environment;
use crate::program::Server;

#[test]
fn public_scim_test_tools_find_nothing_wrong() {
    let tools = python_environment("scim-testers", "tests/scim/requirements.txt");
    let mut server = Server::start_with(&[], &["--sandbox"]);
    let operator_key = server.operator_key();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (account, key) = runtime.block_on(directory_key(&server.url, &operator_key));
    let url = format!("{}/scim/v2/{account}", server.url);

    // A check that it skips is reported as failed, so nothing is hidden.
    let header = format!("Authorization: Bearer {key}");
    let (is_right, said) = told(&tools, "scim2", &["-u", &url, "-h", &header, "test", "--verbose"]);
    assert!(is_right, "scim2 test:\n{said}");
    assert!(said.contains("SUCCESS") && !said.contains("SKIPPED"), "{said}");

    let probe = [
        "probe",
        &url,
        "--token",
        &key,
        "--i-accept-side-effects",
        "--json-output",
    ];
    let (is_right, said) = told(&tools, "scim-sanity", &probe);
    assert!(is_right, "scim-sanity probe:\n{said}");
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let results = report["results"].as_array().unwrap();
    let passed = results.iter().filter(|result| result["status"] == "pass").count();
    assert!(passed > 20, "{said}");
    // Agents are a draft that Usher does not advertise. Everything else passes without even a warning.
    let is_of_agents = |result: &serde_json::Value| {
        let name = result["name"].as_str().unwrap();
        result["status"] == "skip" && name.starts_with("Agent")
    };
    let others = results.iter().filter(|result| result["status"] != "pass");
    let others: Vec<_> = others.filter(|result| !is_of_agents(result)).collect();
    assert!(others.is_empty(), "{others:#?}");

    assert_eq!(server.stop().0, Some(0), "the server did not stop as told");
}

/// An account with seats, and a directory's key for it.
async fn directory_key(url: &str, operator_key: &str) -> (String, String) {
    let operator = Client::new(url, operator_key).unwrap();
    let account = Account::create(&operator, "Under test").await.unwrap();
    account
        .subscribe("enterprise", &[("remote-support", 2, 10)])
        .await
        .unwrap();
    let key = account
        .create_api_key("Directory", &["directory.provision"])
        .await
        .unwrap();
    (account.id().to_owned(), key.key)
}

/// Whether a tool finds nothing wrong, and its output.
fn told(tools: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let told = Command::new(tools.join("bin").join(program))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&told.stdout) + String::from_utf8_lossy(&told.stderr);
    (told.status.success(), said.into_owned())
}
