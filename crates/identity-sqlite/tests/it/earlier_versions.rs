//! What earlier versions wrote is read as intended.

use usher_domain::single_sign_on::ProvedBy;
use usher_identity::ports::{Notes, OperatorKeys};
use usher_identity::single_sign_on::Provider;
use usher_identity::{CredentialChange, OperatorScope, SecretDigest};

use super::*;

const MIGRATIONS: [&str; 6] = [
    include_str!("../../migrations/V1__credentials.sql"),
    include_str!("../../migrations/V2__portal.sql"),
    include_str!("../../migrations/V3__single_sign_on.sql"),
    include_str!("../../migrations/V5__keys.sql"),
    include_str!("../../migrations/V6__second_factor.sql"),
    include_str!("../../migrations/V7__operator_audit.sql"),
];

/// A database as it was after this many migrations, so that a later open applies only the others.
fn database_after(migrations: usize) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in &MIGRATIONS[..migrations] {
        connection.execute_batch(migration).unwrap();
    }
    connection
}

#[tokio::test]
async fn the_one_operator_key_becomes_the_first_of_several() {
    let old = database_after(2);
    let digest = SecretDigest::of("the-key-that-the-operator-drew");
    let insert = "INSERT INTO identity_operator_key VALUES (1, ?1)";
    old.execute(insert, [digest.as_bytes()]).unwrap();

    let keys = SqliteStore::open(old).unwrap().operator_keys().await.unwrap();

    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].digests.current, digest);
    assert_eq!(keys[0].scopes, BTreeSet::from([OperatorScope::Everything]));
    assert_eq!(&*keys[0].name, "First key");
}

#[tokio::test]
async fn notes_are_kept_with_what_they_say() {
    let old = database_after(5);
    let insert =
        "INSERT INTO identity_unrecorded (account, user, change, by_user, at) VALUES (?1, ?2, ?3, ?4, 0)";
    let ids = (ACME.bits().to_be_bytes(), SVEN.bits().to_be_bytes());
    for (change, by) in [
        ("password-set", Some(TUVA.bits().to_be_bytes())),
        ("second-factor-removed", None),
    ] {
        old.execute(insert, (ids.0, ids.1, change, by)).unwrap();
    }

    let left = SqliteStore::open(old).unwrap().notes(NOON).await.unwrap();

    let said: Vec<_> = left
        .iter()
        .map(|note| (note.change.clone(), note.origin.by))
        .collect();
    assert_eq!(
        said,
        [
            (
                CredentialChange::PasswordSet {
                    user: SVEN,
                    link: None
                },
                ChangedBy::User(TUVA)
            ),
            (
                CredentialChange::SecondFactorRemoved { user: SVEN },
                ChangedBy::Usher
            ),
        ]
    );
}

fn provider() -> Provider {
    Provider {
        issuer: "https://login.example.com".parse().unwrap(),
        client_id: "usher".parse().unwrap(),
        scopes: "openid".parse().unwrap(),
        groups_claim: None,
        label: "Acme".parse().unwrap(),
        creates_users: false,
        links_by_email: false,
        email_domains: ["acme.example".parse().unwrap()].into(),
        email_claim: "email".parse().unwrap(),
        trusts_addresses: false,
        own_redirect_uri: true,
    }
}

/// A server whose account has a provider that names domains as they were typed, each proved or not.
async fn with_domains(directory: &Path, typed: &[(&str, Option<&str>)]) -> Identity {
    let identity = open(directory, &"5e".repeat(32)).await.unwrap();
    let secret = Secret::of_client("a secret of the client");
    let set = identity.set_provider(ACME, provider(), secret, nobody(), NOON);
    assert!(set.await.unwrap().is_some());
    let insert = "INSERT INTO identity_provider_domains (domain, account, challenge, proved_by)
         VALUES (?1, ?2, hex(randomblob(16)), ?3)";
    for (domain, proved_by) in typed {
        let row = (*domain, ACME.bits().to_be_bytes(), *proved_by);
        connect(directory).execute(insert, row).unwrap();
    }
    identity
}

#[tokio::test]
async fn a_domain_stored_in_ascii_matches_unicode_addresses() {
    let directory = tempfile::tempdir().unwrap();
    let typed = [("xn--bcher-kva.example", Some("dns"))];
    let identity = with_domains(directory.path(), &typed).await;

    let of = async |address: &str| {
        let realms = identity.realms(&address.parse().unwrap(), false).await;
        realms.unwrap().len()
    };
    assert_eq!(of("ann@bücher.example").await, 1);
    assert_eq!(of("ann@xn--bcher-kva.example").await, 1);
    let stored = identity.provider(ACME).await.unwrap().unwrap();
    assert!(stored.takes(&"ann@bücher.example".parse().unwrap()));

    // Saved again in normalized form, it keeps its proof; removed, it loses it.
    let mut again = provider();
    again.email_domains.insert("bücher.example".parse().unwrap());
    let save = async |provider| {
        let saved = identity.set_provider(ACME, provider, None, nobody(), NOON);
        saved.await.unwrap();
    };
    save(again).await;
    assert_eq!(of("ann@bücher.example").await, 1);
    save(provider()).await;
    assert_eq!(of("ann@bücher.example").await, 0);
}

#[tokio::test]
async fn a_domain_in_two_rows_is_listed_once_and_proved_and_withdrawn_as_one() {
    let directory = tempfile::tempdir().unwrap();
    let typed = [
        ("xn--bcher-kva.example", None),
        ("bücher.example", Some("operator")),
    ];
    let identity = with_domains(directory.path(), &typed).await;
    let proofs = async || {
        let named = identity.named_domains(ACME).await.unwrap();
        let theirs = named
            .iter()
            .filter(|named| named.domain.as_str() == "bücher.example");
        theirs.map(|named| named.proved_by).collect::<Vec<_>>()
    };
    assert_eq!(proofs().await, [Some(ProvedBy::Operator)]);
    let domain = "BÜCHER.example".parse().unwrap();

    let withdrawn = identity.set_domain_proof(ACME, domain, None, nobody(), NOON);
    assert!(matches!(withdrawn.await, Ok(Some(Some(_)))));

    assert_eq!(proofs().await, [None]);
    let ann = "ann@bücher.example".parse().unwrap();
    let realms = identity.realms(&ann, false);
    assert!(realms.await.unwrap().is_empty());
}

/// A database as it was with all migrations before this one.
fn database_before(migration: u32) -> Connection {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let numbered = files.map(|file| {
        let name = file.file_name().into_string().unwrap();
        let number = name[1..].split("__").next().unwrap().parse::<u32>().unwrap();
        (number, file.path())
    });
    let mut earlier: Vec<_> = numbered.filter(|(number, _)| *number < migration).collect();
    earlier.sort();
    let connection = Connection::open_in_memory().unwrap();
    for (_, file) in earlier {
        connection
            .execute_batch(&std::fs::read_to_string(file).unwrap())
            .unwrap();
    }
    connection
}

/// Those that wait leave as they would have, and what those that have ended said is gone.
#[test]
fn mails_are_kept_and_everybody_who_could_sign_in_counts_as_having_done_so() {
    let old = database_before(17);
    let [account, sven, tuva] = [ACME.bits(), SVEN.bits(), TUVA.bits()].map(u128::to_be_bytes);
    let mail = "INSERT INTO identity_outbox (id, channel, kind, about, account, recipient, written_at, due_at, state, ended_at)
                VALUES (?1, 'mail', ?2, '{\"a\":1}', ?3, 'sven@acme.example', 0, 0, ?4, ?5)";
    let ended = Some(5);
    for (id, kind, state, ended) in [(1, "security", "waiting", None), (2, "invitation", "sent", ended)] {
        old.execute(mail, (u128::to_be_bytes(id), kind, account, state, ended))
            .unwrap();
    }
    old.execute("INSERT INTO identity_outbox_followed VALUES (?1, 7)", [account])
        .unwrap();
    let browser =
        "INSERT INTO identity_known_browsers (account, user, browser, used_at) VALUES (?1, ?2, ?2, 0)";
    old.execute(browser, [account, sven]).unwrap();
    let password = "INSERT INTO identity_passwords (account, user, hash) VALUES (?1, ?2, '$argon2')";
    old.execute(password, [account, tuva]).unwrap();

    let migration = include_str!("../../migrations/V17__outbox_bounds.sql");
    old.execute_batch(migration).unwrap();

    let mut select = old
        .prepare("SELECT budget, about, caused_by FROM identity_outbox ORDER BY id")
        .unwrap();
    let mails = select.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?))
    });
    let mails: Vec<_> = mails.unwrap().map(Result::unwrap).collect();
    let mail = |budget: &str, about: &str| (budget.to_owned(), about.to_owned(), account);
    let expected = [
        mail("certain/security", r#"{"a":1}"#),
        mail("invitation/invitation", "{}"),
    ];
    assert_eq!(mails, expected);
    let count = |select| old.query_row(select, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM identity_signed_in"), 2);
    assert_eq!(count("SELECT at FROM identity_outbox_since"), 0);
}
