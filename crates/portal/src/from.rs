//! The source of a request: for counting attempts, and for the list of sessions.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use usher_app::{Arrival, AttemptFrom, Problem};
use usher_domain::text::Email;
use usher_domain::{AccountId, UserId};
use usher_engine::Failure;
use usher_identity::KnownBrowser;

use crate::cookies;
use crate::failed::Failed;
use crate::portal::Portal;
use crate::viewer::Viewer;

/// The source of a request.
pub(crate) struct From {
    pub(crate) arrival: Arrival,
    pub(crate) user_agent: String,
    /// The secret of the browser's current session.
    pub(crate) secret: Option<String>,
    /// The browser's id, if somebody has signed in with it before.
    pub(crate) browser: Option<KnownBrowser>,
}

impl FromRequestParts<Arc<Portal>> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Self::Rejection> {
        let user_agent = parts.headers.get(header::USER_AGENT);
        let user_agent = user_agent
            .and_then(|text| text.to_str().ok())
            .unwrap_or("an unknown browser");
        let jar = CookieJar::from_headers(&parts.headers);
        let browser = cookies::signed_browser(&jar);
        Ok(Self {
            browser: browser.and_then(|signed| portal.app.identity().known_browser(signed)),
            arrival: Arrival::of(&portal.app, &parts.extensions, &parts.headers),
            user_agent: user_agent.to_owned(),
            secret: cookies::session_secret(&jar).map(str::to_owned),
        })
    }
}

impl From {
    /// The source of an attempt to sign in with an address.
    pub(crate) async fn attempt_at(
        &self,
        portal: &Portal,
        email: Option<&Email>,
    ) -> Result<AttemptFrom, Failed> {
        let mut from = self.attempt();
        if let (Some(browser), Some(email)) = (self.browser, email) {
            let (identity, now) = (portal.app.identity(), portal.app.engine().now());
            for (account, user) in identity.users_of_browser(browser, now).await? {
                let known = find_user(portal, account, email).await?;
                if known.is_some_and(|(known, _)| known == user) {
                    from.browser = Some(browser);
                    break;
                }
            }
        }
        Ok(from)
    }

    /// The source of an attempt at a user's second factor.
    pub(crate) async fn attempt_by(
        &self,
        portal: &Portal,
        account: AccountId,
        user: UserId,
    ) -> Result<AttemptFrom, Failed> {
        let mut from = self.attempt();
        if let Some(browser) = self.browser {
            let (identity, now) = (portal.app.identity(), portal.app.engine().now());
            let users = identity.users_of_browser(browser, now).await?;
            from.browser = users.contains(&(account, user)).then_some(browser);
        }
        Ok(from)
    }

    /// The same for a signed-in user.
    pub(crate) async fn attempt_of(&self, viewer: &Viewer) -> Result<AttemptFrom, Failed> {
        self.attempt_by(&viewer.portal, viewer.account, viewer.session.user)
            .await
    }

    fn attempt(&self) -> AttemptFrom {
        AttemptFrom {
            address: self.arrival.address,
            browser: None,
        }
    }
}

/// The active user with this address, and the name of the account; `None` if there is no such user or account.
pub(crate) async fn find_user(
    portal: &Portal,
    account: AccountId,
    email: &Email,
) -> Result<Option<(UserId, String)>, Failed> {
    let email = email.clone();
    let seen = portal.app.engine().read(account, move |account, _| {
        let user = account.user_by_email(&email).filter(|user| user.active)?;
        Some((user.id, account.name().to_string()))
    });
    match seen.await {
        Ok(seen) => Ok(seen),
        Err(Failure::NoAccount) => Ok(None),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}
