//! Data of earlier versions opens, passes `usher verify`, and can be worked on.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use usher_client::operations::{GetAccount, GetUser};
use usher_client::{Account, Client, Device, Error, SignInAnswer};

use crate::program::{Server, repository, usher};

const PRODUCT: &str = "remote-support";

/// The newest migrations of this version: of the journal and of the credentials.
const NEWEST: (i64, i64) = (12, 19);

/// The directories of earlier versions, `stopped` and `killed`, each with what was acknowledged in it.
pub(crate) fn kept() -> Vec<(PathBuf, Value)> {
    let mut kept = Vec::new();
    for version in std::fs::read_dir(repository().join("tests/data-directories")).unwrap() {
        let version = version.unwrap().path();
        if version.is_dir() {
            let known = std::fs::read(version.join("known.json")).unwrap();
            let known: Value = serde_json::from_slice(&known).unwrap();
            kept.extend(["stopped", "killed"].map(|state| (version.join(state), known.clone())));
        }
    }
    assert!(!kept.is_empty());
    kept
}

/// A copy to work on.
pub(crate) fn copy_of(directory: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(directory).unwrap() {
        let file = file.unwrap().path();
        let target = copy.path().join(file.file_name().unwrap());
        std::fs::copy(&file, &target).unwrap();
        // A checkout does not preserve that only the owner may read them.
        #[cfg(unix)]
        std::fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    copy
}

fn assert_well(data: &Path) {
    let run = usher(&["verify", "--data", data.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.starts_with("Everything is right: "), "{}", run.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_every_earlier_version_opens_passes_verify_and_works() {
    for (directory, known) in kept() {
        let data = copy_of(&directory);
        let before = schema(data.path());
        let is_killed = directory.ends_with("killed");

        let upgraded = usher(&["verify", "--data", data.path().to_str().unwrap()]);
        if before == NEWEST {
            assert_eq!(upgraded.code, Some(0), "{}{}", upgraded.out, upgraded.err);
        } else {
            // This version has tables that the next start has to fill.
            assert_eq!(upgraded.code, Some(3), "{}{}", upgraded.out, upgraded.err);
            assert!(upgraded.err.contains("were not compared"), "{}", upgraded.err);
        }
        let server = Server::start(data.path());
        work(&server.url, &known, is_killed).await;
        assert_eq!(server.stop().0, Some(0), "{}", directory.display());
        assert_well(data.path());

        let again = Server::start(data.path());
        let key = Client::new(&again.url, known["api_key"].as_str().unwrap()).unwrap();
        let account = Account::of(key, known["account"].as_str().unwrap());
        let hana = known["people"]["Hana"].as_str().unwrap();
        let signed_in = account.sign_ins(None).await.unwrap().items;
        assert!(
            signed_in.iter().any(|sign_in| sign_in.user == hana),
            "{signed_in:?}"
        );
        again.kill();
    }
}

/// The newest migrations that a database has: of the journal and of the credentials.
fn schema(data: &Path) -> (i64, i64) {
    let database = rusqlite::Connection::open(data.join("usher.db")).unwrap();
    let newest = |history: &str| {
        let sql = format!("SELECT max(version) FROM {history}");
        database.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    (newest("refinery_schema_history"), newest("identity_migrations"))
}

/// A server of an earlier version holds the directory while commands of this version run.
#[test]
fn no_command_changes_the_schema_under_a_server_of_an_earlier_version() {
    for (directory, _) in kept() {
        let data = copy_of(&directory);
        let path = data.path().to_str().unwrap();
        let before = schema(data.path());
        if before == NEWEST {
            continue;
        }
        let server = std::fs::File::create(data.path().join("usher.lock")).unwrap();
        server.lock().unwrap();
        let copy = tempfile::tempdir().unwrap();
        let file = copy.path().join("usher.db");

        for command in [
            &["verify"][..],
            &["operator-key", "list"],
            &["operator-key", "create", "New"],
            &["operator-grant", "list"],
            &["signing-key", "list"],
            &["signing-key", "rotate"],
            &["rebuild"],
        ] {
            let run = usher(&[command, &["--data", path]].concat());
            assert_eq!(run.code, Some(1), "{command:?}: {}", run.err);
            let said = match command {
                ["rebuild"] => "Stop it first",
                _ => "Run this command with the server's own program, or stop the server",
            };
            assert!(run.err.contains(said), "{command:?}: {}", run.err);
        }
        let backup = usher(&["backup", file.to_str().unwrap(), "--data", path]);

        assert_eq!(backup.code, Some(0), "{}", backup.err);
        assert_eq!(schema(copy.path()), before);
        assert_eq!(schema(data.path()), before);
        drop(server);
        let listed = usher(&["operator-key", "list", "--data", path]);
        assert_eq!(listed.code, Some(0), "{}", listed.err);
        assert_eq!(schema(data.path()), NEWEST, "nobody has it open");
    }
}

/// Everything acknowledged is there, and seats can be taken and freed.
async fn work(url: &str, known: &Value, is_killed: bool) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let operator = Client::new(url, text(&known["operator_key"])).unwrap();
    let other_account = text(&known["other_account"]);
    operator
        .call::<GetAccount>(&[&other_account], &[], None)
        .await
        .unwrap();
    let account = Account::of(
        operator.with_token(text(&known["api_key"])),
        text(&known["account"]),
    );
    let present = account.sign_ins(None).await.unwrap().items;
    for (name, sign_in) in known["sign_ins"].as_object().unwrap() {
        let is_here = present.iter().any(|found| found.id == sign_in["id"]);
        let was_signed_out = is_killed && sign_in["id"] == known["only_in_killed"]["signed_out"];
        assert_eq!(is_here, !was_signed_out, "{name}");
    }
    let user = text(&known["only_in_killed"]["user"]);
    let zoe = operator.call::<GetUser>(&[account.id(), &user], &[], None).await;
    assert_eq!(zoe.is_ok(), is_killed, "{zoe:?}");

    let device = Device {
        id: "desk".into(),
        name: "The desk".into(),
        kind: "desktop".into(),
    };
    let hana = text(&known["people"]["Hana"]);
    let refused = account.sign_in(&hana, PRODUCT, &device, false).await;
    assert!(matches!(&refused, Err(Error::Refused(problem)) if problem.code == "no-seat-available"));
    for name in ["Gus", "Ben"] {
        let sign_in = &known["sign_ins"][name];
        let own = account.with_token(text(&sign_in["token"]));
        own.heartbeat(&text(&sign_in["id"]), true).await.unwrap();
        own.sign_out(&text(&sign_in["id"])).await.unwrap();
    }
    let seated = account.sign_in(&hana, PRODUCT, &device, false).await.unwrap();
    assert!(matches!(seated, SignInAnswer::SignedIn { .. }), "{seated:?}");
    let ticket = account.ticket(&text(&known["ticket"])).await.unwrap();
    assert_eq!(ticket.state, "offered");
    for pool in account.pools().await.unwrap() {
        assert!(pool.occupied <= pool.seats, "{pool:?}");
    }
}
