//! Credentials for tests: operator keys, and second factors with the app that shows their codes.

use totp_rs::{Builder, Secret as TotpSecret};
use usher_domain::{AccountId, Timestamp, UserId};
use usher_identity::{ChangeOrigin, ChangedBy, Identity, Secret};

/// An origin for tests that are not about it.
pub fn nobody() -> ChangeOrigin {
    ChangeOrigin {
        by: ChangedBy::Usher,
        cause: "resume".to_owned().into(),
    }
}

/// Draws the first operator key and sets it, as a start does.
pub async fn first_operator_key(identity: &Identity, now: Timestamp) -> Secret {
    let key = identity.draw_operator_key().unwrap().unwrap();
    identity.set_operator_key(key.expose(), now).await.unwrap();
    key
}

/// An authenticator app on a user's phone.
#[derive(Debug, Clone)]
pub struct AuthenticatorApp {
    secret: String,
}

impl AuthenticatorApp {
    /// An app into which this secret was typed, in base 32.
    pub fn with_secret(secret: &str) -> Self {
        Self {
            secret: secret.replace(' ', ""),
        }
    }

    /// An app with the secret of a second factor that was drawn for the user and is not confirmed yet.
    pub async fn of_drawn(identity: &Identity, account: AccountId, user: UserId) -> Self {
        let drawn = identity.drawn_second_factor(account, user, "somebody").await;
        Self::with_secret(drawn.unwrap().unwrap().secret.expose())
    }

    /// Draws a second factor for the user, which is not confirmed yet.
    pub async fn draw(identity: &Identity, account: AccountId, user: UserId) -> Self {
        assert!(identity.draw_second_factor(account, user).await.unwrap());
        Self::of_drawn(identity, account, user).await
    }

    /// Sets up a second factor for the user. Returns its app, and the recovery codes.
    pub async fn set_up(
        identity: &Identity,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> (Self, Vec<Secret>) {
        let app = Self::draw(identity, account, user).await;
        let code = app.code(now);
        let confirmed = identity.confirm_second_factor(account, user, &code, nobody(), now);
        let (codes, _) = confirmed.await.unwrap().unwrap();
        (app, codes)
    }

    /// The secret, in base 32.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The code that the app shows at this time.
    pub fn code(&self, now: Timestamp) -> String {
        let secret = TotpSecret::try_from_base32(&self.secret).unwrap();
        let app = Builder::new().with_secret(secret).build().unwrap();
        let secs = u64::try_from(now.millis() / 1_000).unwrap();
        app.generate(secs).to_string()
    }
}
