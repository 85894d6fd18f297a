//! Starts the session of a user who has proved their identity.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use usher_app::{Author, Message, Problem, SecurityChange};
use usher_domain::personal::Personal;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::Failure;
use usher_identity::{IdentityError, OutboxEntry, Secret};

use super::From;
use crate::answer::done;
use crate::failed::Failed;
use crate::pages::me::browser_name;
use crate::pages::sso;
use crate::portal::Portal;
use crate::{cookies, nav, rights};

/// Signs in a user who has proved their identity with a password, and redirects to where they were going. Since the
/// proof the password may have changed, which `is_proved` checks, or the account may require something else.
pub(crate) async fn begin(
    portal: &Portal,
    from: &From,
    account: AccountId,
    user: UserId,
    is_proved: impl Future<Output = Result<bool, IdentityError>>,
    back: &str,
) -> Result<Response, Failed> {
    let jar = new_session(portal, from, account, user, None).await?;
    // Checked once the session exists: anything that ends password sessions has either ended it, or is seen here.
    let standing = match is_proved.await {
        Ok(true) => standing(portal, account, user).await,
        Ok(false) => Ok(Standing::Out),
        Err(error) => Err(error.into()),
    };
    let standing = match standing {
        Ok(standing) => standing,
        Err(failed) => {
            end_session(portal, cookies::session_secret(&jar)).await?;
            return Err(failed);
        }
    };
    if !matches!(standing, Standing::MayEnter) {
        end_session(portal, cookies::session_secret(&jar)).await?;
    }
    Ok(match standing {
        Standing::MayEnter => {
            let to = if is_own_path(back) {
                back.to_owned()
            } else {
                nav::home(portal, account, user).await
            };
            (jar, Redirect::to(&to)).into_response()
        }
        Standing::ByProviderOnly(name) => sso::held_back(&[(account, name)], back),
        Standing::Out => changed_meanwhile(),
    })
}

/// Whether a user with a right password may sign in.
enum Standing {
    MayEnter,
    /// The account with this name requires its provider.
    ByProviderOnly(String),
    /// The user or the account is inactive or gone.
    Out,
}

async fn standing(portal: &Portal, account: AccountId, user: UserId) -> Result<Standing, Failed> {
    let look = move |account: &Account, _| {
        if !account.user(user).is_some_and(|user| user.active) {
            return Standing::Out;
        }
        if account.needs_single_sign_on(user) {
            return Standing::ByProviderOnly(account.name().to_string());
        }
        Standing::MayEnter
    };
    match portal.app.engine().read(account, look).await {
        Ok(standing) => Ok(standing),
        Err(Failure::NoAccount) => Ok(Standing::Out),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// Sends back a user whose proof is no longer valid.
pub(super) fn changed_meanwhile() -> Response {
    done("/sign-in", text!("sign-in-changed-meanwhile"))
}

/// Ends the session with this secret, if there is one.
async fn end_session(portal: &Portal, secret: Option<&str>) -> Result<(), Failed> {
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    if let Some(session) = secret.and_then(|secret| identity.portal_session_unused(secret, now)) {
        identity
            .end_portal_session(session.account, session.user, session.id)
            .await?;
    }
    Ok(())
}

/// The cookies of a new session of the user, with the provider's ID token if it signed them in. The browser's previous
/// session is ended, and the browser becomes a known one.
pub(crate) async fn new_session(
    portal: &Portal,
    from: &From,
    account: AccountId,
    user: UserId,
    id_token: Option<&Secret>,
) -> Result<CookieJar, Failed> {
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    end_session(portal, from.secret.as_deref()).await?;
    let rights = rights::of(portal, account, user).await?;
    let agent = &from.user_agent;
    let secret = match id_token {
        Some(token) => {
            identity
                .begin_portal_session_by_provider(account, user, agent, token, rights, now)
                .await
        }
        None => {
            identity
                .begin_portal_session(account, user, agent, rights, now)
                .await
        }
    };
    let secret = secret?;
    let notice = notice_of_browser(portal, agent, account, user).await?;
    let known = identity
        .remember_browser(from.browser, account, user, notice, now)
        .await?;
    Ok(CookieJar::new()
        .add(cookies::of_session(portal, secret))
        .add(cookies::of_browser(portal, known)))
}

/// The mail that is sent if the browser is another one than those that the user has used before.
async fn notice_of_browser(
    portal: &Portal,
    agent: &str,
    account: AccountId,
    user: UserId,
) -> Result<Option<OutboxEntry>, Failed> {
    let engine = portal.app.engine();
    let message = Message::Security {
        change: SecurityChange::Browser(Personal::new(browser_name(agent))),
        by_reader: true,
        by: Author::default(),
        at: engine.shown(engine.now()).get(),
    };
    Ok(portal.app.mail_to(account, user, message).await?)
}

/// The longest URL to return to, in bytes.
const BACK_BYTES_MAX: usize = 2_048;

/// Whether it is a path on this server. No other redirect is followed.
pub(crate) fn is_own_path(path: &str) -> bool {
    (2..=BACK_BYTES_MAX).contains(&path.len())
        && path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::{BACK_BYTES_MAX, is_own_path};

    #[test]
    fn signing_in_never_redirects_to_another_host() {
        for own in ["/me", "/a/acct_1/overview?x=1"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\n/evil.example",
            &format!("/{}", "x".repeat(BACK_BYTES_MAX)),
        ] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
