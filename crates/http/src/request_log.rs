//! One log line for each request that changes something or is refused. It contains ids, and never names, addresses,
//! codes or secrets: so the path is shown as its route, with placeholders.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Extensions, HeaderValue, Method, Uri};
use axum::response::Response;
use tracing::Level;
use usher_domain::AccountId;

/// The segment of a route for the account's id.
const ACCOUNT: &str = "{account}";

/// The endings of routes that a device calls all the time to renew its lease: they change nothing worth a line, and
/// lines of them would say when somebody touches a device.
const ROUTINE: [&str; 4] = ["/heartbeat", "/heartbeats", "/alive", "/active"];

fn is_routine(route: &str) -> bool {
    ROUTINE.iter().any(|end| route.ends_with(end))
}

/// The name by which operators filter these lines. It stays what it was when they came from the API.
const TARGET: &str = "usher_api::request_log";

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

/// Where the code that identifies the caller can put it, for the log.
#[derive(Debug, Clone, Default)]
struct Actor(Arc<OnceLock<String>>);

impl RequestLog {
    /// Begins with a request whose route is known; `None` if nothing would be written.
    pub fn begin(request: &mut Request, id: &HeaderValue) -> Option<Self> {
        if !tracing::enabled!(target: TARGET, Level::WARN) {
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

    /// Stores who sent the request with these extensions: an id.
    pub fn note_actor(extensions: &Extensions, actor: impl Display) {
        if let Some(noted) = extensions.get::<Actor>() {
            // The first one found: a request has only one sender.
            let _ = noted.0.set(actor.to_string());
        }
    }

    /// Writes the line: `info` for changes and refusals, `warn` for failures of Usher itself, `debug` for the rest.
    pub fn end(self, response: &Response) {
        let status = response.status();
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let is_change = !self.method.is_safe() && !is_routine(route);
        let duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let account = account_in(route, self.uri.path()).map(tracing::field::display);
        macro_rules! line {
            ($level:expr, $what:literal) => {
                tracing::event!(
                    target: TARGET,
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

/// The account in a path, if its route has one. A segment that is not an id is not shown.
fn account_in(route: &str, path: &str) -> Option<AccountId> {
    let place = route.split('/').position(|segment| segment == ACCOUNT)?;
    path.split('/').nth(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_shows_it_is_there_or_was_touched_leaves_no_line() {
        for route in [
            "/v1/accounts/{account}/sign-ins/{sign_in}/heartbeat",
            "/console/alive",
            "/console/active",
        ] {
            assert!(is_routine(route), "{route}");
        }
        assert!(!is_routine("/console/sign-in"));
    }

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
