//! The one layer around every route: request ids, the headers of every answer, the log, and the number and duration of
//! each operation's requests. Nothing is looked up by name while requests run.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tower::{Layer, Service};

use crate::request_id::{REQUEST_ID, ensure_request_id, name_request};
use crate::request_log::RequestLog;

/// The upper bounds of the histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// The classes of status: `2xx` to `5xx`.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// The operation label of requests that belong to no known operation.
const OTHER: &str = "other";

type Labels<const N: usize> = [(&'static str, String); N];

/// The number and duration of requests by operation: one for all routers of a server.
#[derive(Debug, Clone)]
pub struct RequestFigures {
    answered: Family<Labels<2>, Counter>,
    durations: Family<Labels<1>, Histogram>,
}

impl Default for RequestFigures {
    fn default() -> Self {
        Self {
            answered: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        }
    }
}

impl RequestFigures {
    /// Adds the figures to what `/metrics` shows.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "http_requests",
            "Requests answered, by operation and class of status",
            self.answered.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Time from a request's head to its answer's head",
            self.durations.clone(),
        );
    }
}

/// The figures of one operation, each created by the first request that needs it.
#[derive(Debug)]
struct Series {
    operation: String,
    answered: [OnceLock<Counter>; CLASSES.len()],
    duration: OnceLock<Histogram>,
}

impl Series {
    fn new(operation: String) -> Self {
        Self {
            operation,
            answered: Default::default(),
            duration: OnceLock::new(),
        }
    }

    fn count(&self, figures: &RequestFigures, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(2);
        let class = class.min(CLASSES.len() - 1);
        let operation = || ("operation", self.operation.clone());
        let answered = self.answered[class].get_or_init(|| {
            let labels = [operation(), ("status", CLASSES[class].to_owned())];
            figures.answered.get_or_create_owned(&labels)
        });
        answered.inc();
        let duration = self
            .duration
            .get_or_init(|| figures.durations.get_or_create_owned(&[operation()]));
        duration.observe(took.as_secs_f64());
    }
}

/// All series of a router: one for each operation, and one for everything else.
#[derive(Debug)]
pub struct Meter {
    figures: RequestFigures,
    /// The index of each operation in `series`, by path and method.
    places: HashMap<(String, Method), usize>,
    series: Vec<Series>,
}

impl Meter {
    /// A meter for these operations: their routes, methods and names.
    #[must_use]
    pub fn new(
        figures: RequestFigures,
        operations: impl IntoIterator<Item = (String, Method, String)>,
    ) -> Arc<Self> {
        let mut places = HashMap::new();
        let mut series = vec![Series::new(OTHER.to_owned())];
        for (route, method, name) in operations {
            places.insert((route, method), series.len());
            series.push(Series::new(name));
        }
        Arc::new(Self {
            figures,
            places,
            series,
        })
    }

    fn place(&self, request: &Request) -> usize {
        let Some(path) = request.extensions().get::<MatchedPath>() else {
            return 0;
        };
        let method = match *request.method() {
            Method::HEAD => Method::GET,
            ref method => method.clone(),
        };
        let key = (path.as_str().to_owned(), method);
        self.places.get(&key).copied().unwrap_or(0)
    }

    fn count(&self, place: usize, status: StatusCode, took: Duration) {
        if let Some(series) = self.series.get(place) {
            series.count(&self.figures, status, took);
        }
    }
}

/// Puts [`Metered`] around routes.
#[derive(Clone)]
pub struct MeterLayer(pub Arc<Meter>);

impl<S> Layer<S> for MeterLayer {
    type Service = Metered<S>;

    fn layer(&self, inner: S) -> Metered<S> {
        Metered {
            inner,
            meter: Arc::clone(&self.0),
            place: Arc::default(),
        }
    }
}

/// One method of one route, with its index in the series, which its first request looks up.
#[derive(Clone)]
pub struct Metered<S> {
    inner: S,
    meter: Arc<Meter>,
    place: Arc<OnceLock<usize>>,
}

impl<S> Service<Request> for Metered<S>
where
    S: Service<Request>,
    S::Response: IntoResponse,
{
    type Response = Response;
    type Error = S::Error;
    type Future = MeteredFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let started = Instant::now();
        let place = *self.place.get_or_init(|| self.meter.place(&request));
        let id = ensure_request_id(request.headers_mut());
        let log = RequestLog::begin(&mut request, &id);
        MeteredFuture {
            inner: self.inner.call(request),
            meter: Arc::clone(&self.meter),
            place,
            started,
            id: Some(id),
            log,
        }
    }
}

/// The headers that restrict what may be done with an answer. Answers contain data for one caller, and new keys: pages
/// that may be cached say so themselves.
fn protect(headers: &mut HeaderMap) {
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

pin_project! {
    /// The answer of a metered route.
    pub struct MeteredFuture<F> {
        #[pin]
        inner: F,
        meter: Arc<Meter>,
        place: usize,
        started: Instant,
        id: Option<HeaderValue>,
        log: Option<RequestLog>,
    }
}

impl<F, R, E> Future for MeteredFuture<F>
where
    F: Future<Output = Result<R, E>>,
    R: IntoResponse,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(context))?.into_response();
        if let Some(id) = this.id.take() {
            name_request(&mut response, &id);
            response.headers_mut().insert(REQUEST_ID, id);
        }
        protect(response.headers_mut());
        this.meter
            .count(*this.place, response.status(), this.started.elapsed());
        if let Some(log) = this.log.take() {
            log.end(&response);
        }
        Poll::Ready(Ok(response))
    }
}
