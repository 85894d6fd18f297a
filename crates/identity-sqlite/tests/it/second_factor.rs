//! The second factor in the file.

use totp_rs::{Builder, Secret as TotpSecret};
use usher_identity::CodeVerdict;

use super::*;

/// The app's code at this time.
fn code(secret: &Secret, now: Timestamp) -> String {
    let secret = TotpSecret::try_from_base32(secret.expose()).unwrap();
    let app = Builder::new().with_secret(secret).build().unwrap();
    let secs = u64::try_from(now.millis() / 1_000).unwrap();
    app.generate(secs).to_string()
}

async fn draw(identity: &Identity) -> Secret {
    assert!(identity.draw_second_factor(ACME, SVEN).await.unwrap());
    let drawn = identity
        .drawn_second_factor(ACME, SVEN, "sven@acme.example")
        .await;
    drawn.unwrap().unwrap().secret
}

/// The secret of Sven's app, and his recovery codes.
async fn set_up(identity: &Identity) -> (Secret, Vec<Secret>) {
    let secret = draw(identity).await;
    let typed = code(&secret, NOON);
    let codes = identity
        .confirm_second_factor(ACME, SVEN, &typed, nobody(), NOON)
        .await;
    (secret, codes.unwrap().unwrap().0)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn the_apps_secret_is_sealed_in_the_file_and_survives_a_restart_with_a_new_secrets_key() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = ("5e".repeat(32), "a7".repeat(32));
    let before = open(directory.path(), &old).await.unwrap();
    let (secret, codes) = set_up(&before).await;
    drop(before);
    let stored = std::fs::read(directory.path().join("usher.db")).unwrap();
    let plain = TotpSecret::try_from_base32(secret.expose()).unwrap();
    assert!(!contains(&stored, plain.as_bytes()));
    assert!(
        codes
            .iter()
            .all(|code| !contains(&stored, code.expose().as_bytes()))
    );

    drop(open(directory.path(), &format!("{new},{old}")).await.unwrap());
    let after = open(directory.path(), &new).await.unwrap();

    assert!(after.has_second_factor(ACME, SVEN));
    let used = after
        .use_second_factor(ACME, SVEN, &code(&secret, NOON), NOON)
        .await;
    assert_eq!(used.unwrap(), CodeVerdict::Wrong);
    let later = NOON + secs(30);
    let used = after
        .use_second_factor(ACME, SVEN, &code(&secret, later), later)
        .await;
    assert_eq!(used.unwrap(), CodeVerdict::Right);
}
