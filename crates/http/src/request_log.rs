//! One line of log for each request that changes something or is refused. It holds ids, and never names, addresses,
//! codes or secrets: so the path of a request is shown as its route, which has placeholders where these are.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Extensions, HeaderValue, Method, Uri};
use axum::response::Response;
use tracing::Level;
use usher_domain::AccountId;

/// The segment of a route that stands for an account's id.
const ACCOUNT: &str = "{account}";

/// How routes end that a device calls all the time to say that it is there: they change nothing that is worth a line.
const ROUTINE: [&str; 3] = ["/heartbeat", "/heartbeats", "/alive"];

/// A request that will be logged once it is answered.
#[derive(Debug)]
pub struct RequestLog {
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    id: HeaderValue,
    started: Instant,
    actor: Actor,
}

/// Where whoever finds out who asks can note it, for the log.
#[derive(Debug, Clone, Default)]
struct Actor(Arc<OnceLock<String>>);

impl RequestLog {
    /// Begins with a request whose route has been found; none where nothing would be written.
    pub fn begin(request: &mut Request, id: &HeaderValue) -> Option<Self> {
        if !tracing::enabled!(Level::WARN) {
            return None;
        }
        let actor = Actor::default();
        request.extensions_mut().insert(actor.clone());
        Some(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            id: id.clone(),
            started: Instant::now(),
            actor,
        })
    }

    /// Notes who sent the request with these extensions: an id.
    pub fn note_actor(extensions: &Extensions, actor: impl Display) {
        if let Some(noted) = extensions.get::<Actor>() {
            // Whoever was found first: a request comes from one.
            let _ = noted.0.set(actor.to_string());
        }
    }

    /// Writes the line: `info` for changes and refusals, `warn` for what Usher itself could not do, `debug` for the
    /// rest.
    pub fn end(self, response: &Response) {
        let status = response.status();
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let is_change = !self.method.is_safe() && !ROUTINE.iter().any(|end| route.ends_with(end));
        let duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let account = account_in(route, self.uri.path()).map(tracing::field::display);
        macro_rules! line {
            ($level:expr, $what:literal) => {
                tracing::event!(
                    $level,
                    method = self.method.as_str(),
                    route,
                    account,
                    status = status.as_u16(),
                    duration_us,
                    request_id = self.id.to_str().unwrap_or_default(),
                    actor = self.actor.0.get().map(String::as_str),
                    $what
                )
            };
        }
        if status.is_server_error() {
            line!(Level::WARN, "failed");
        } else if status.is_client_error() {
            line!(Level::INFO, "refused");
        } else if is_change {
            line!(Level::INFO, "changed");
        } else {
            line!(Level::DEBUG, "answered");
        }
    }
}

/// The account that a path names, where its route has a place for one. Anything else there is not shown.
fn account_in(route: &str, path: &str) -> Option<AccountId> {
    let place = route.split('/').position(|segment| segment == ACCOUNT)?;
    path.split('/').nth(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_account_id_in_its_place_is_shown() {
        let id = AccountId::from_bits(7);

        let found = |route: &str, path: &str| account_in(route, path);

        assert_eq!(
            found(
                "/v1/accounts/{account}/users",
                &format!("/v1/accounts/{id}/users")
            ),
            Some(id)
        );
        assert_eq!(
            found("/a/{account}/{*rest}", &format!("/a/{id}/no/page")),
            Some(id)
        );
        assert_eq!(
            found("/v1/accounts/{account}", "/v1/accounts/anna@fjord.example"),
            None
        );
        assert_eq!(found("/join/{code}", &format!("/join/{id}")), None);
    }
}
