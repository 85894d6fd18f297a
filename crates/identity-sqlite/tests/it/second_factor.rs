//! The second factor in the file.

use totp_rs::Secret as TotpSecret;
use usher_identity::CodeVerdict;

use super::*;

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn the_apps_secret_is_sealed_in_the_file_and_survives_a_restart_with_a_new_secrets_key() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = ("5e".repeat(32), "a7".repeat(32));
    let before = open(directory.path(), &old).await.unwrap();
    let (app, codes) = AuthenticatorApp::set_up(&before, ACME, SVEN, NOON).await;
    drop(before);
    let stored = std::fs::read(directory.path().join("usher.db")).unwrap();
    let plain = TotpSecret::try_from_base32(app.secret()).unwrap();
    assert!(!contains(&stored, plain.as_bytes()));
    assert!(
        codes
            .iter()
            .all(|code| !contains(&stored, code.expose().as_bytes()))
    );

    drop(open(directory.path(), &format!("{new},{old}")).await.unwrap());
    let after = open(directory.path(), &new).await.unwrap();

    assert!(after.has_second_factor(ACME, SVEN));
    let used = after.use_second_factor(ACME, SVEN, &app.code(NOON), NOON).await;
    assert_eq!(used.unwrap(), CodeVerdict::Wrong);
    let later = NOON + secs(30);
    let used = after.use_second_factor(ACME, SVEN, &app.code(later), later).await;
    assert_eq!(used.unwrap(), CodeVerdict::Right);
}
