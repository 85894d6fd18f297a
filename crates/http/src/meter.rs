//! The one layer around every route: request ids, the headers of every answer, the log, and the number and duration of
//! each operation's requests. Nothing is looked up by name while requests run.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::request_id::{REQUEST_ID, ensure_request_id, name_request};
use crate::request_log::RequestLog;

/// The upper bounds of the histogram's buckets.
const BUCKETS: [(Duration, &str); 12] = [
    (Duration::from_micros(500), "0.0005"),
    (Duration::from_millis(1), "0.001"),
    (Duration::from_micros(2_500), "0.0025"),
    (Duration::from_millis(5), "0.005"),
    (Duration::from_millis(10), "0.01"),
    (Duration::from_millis(25), "0.025"),
    (Duration::from_millis(50), "0.05"),
    (Duration::from_millis(100), "0.1"),
    (Duration::from_millis(250), "0.25"),
    (Duration::from_secs(1), "1"),
    (Duration::from_millis(2_500), "2.5"),
    (Duration::from_secs(10), "10"),
];

/// The classes of status: `2xx` to `5xx`.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// The counts of one operation.
#[derive(Debug, Default)]
struct Series {
    classes: [AtomicU64; CLASSES.len()],
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
}

impl Series {
    fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(2);
        self.classes[class.min(CLASSES.len() - 1)].fetch_add(1, Ordering::Relaxed);
        if let Some(bucket) = BUCKETS.iter().position(|(bound, _)| took <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// All series: one for each operation, and one for everything else.
#[derive(Debug)]
pub struct Meter {
    /// The index of each operation in `series`, by path and method.
    places: HashMap<(String, Method), usize>,
    series: Vec<(String, Series)>,
}

impl Meter {
    /// A meter for these operations: their routes, methods and names.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = (String, Method, String)>) -> Arc<Self> {
        let mut places = HashMap::new();
        let mut series = vec![("other".to_owned(), Series::default())];
        for (route, method, name) in operations {
            places.insert((route, method), series.len());
            series.push((name, Series::default()));
        }
        Arc::new(Self { places, series })
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

    /// The series in the text format of Prometheus.
    pub fn write(&self, text: &mut String) {
        text.push_str(
            "# HELP usher_http_requests_total Requests answered, by operation and class of status.\n",
        );
        text.push_str("# TYPE usher_http_requests_total counter\n");
        for (operation, series) in &self.series {
            for (class, count) in CLASSES.iter().zip(&series.classes) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = format_args!("operation=\"{operation}\",status=\"{class}\"");
                    let _ = writeln!(text, "usher_http_requests_total{{{labels}}} {count}");
                }
            }
        }
        let name = "usher_http_request_duration_seconds";
        let _ = writeln!(
            text,
            "# HELP {name} Time from a request's head to its answer's head."
        );
        let _ = writeln!(text, "# TYPE {name} histogram");
        for (operation, series) in &self.series {
            let total: u64 = series.classes.iter().map(|it| it.load(Ordering::Relaxed)).sum();
            if total == 0 {
                continue;
            }
            let mut below = 0;
            for ((_, bound), count) in BUCKETS.iter().zip(&series.buckets) {
                below += count.load(Ordering::Relaxed);
                // Counts are read one after another while requests run: the buckets must not exceed the total.
                let shown = below.min(total);
                let labels = format_args!("operation=\"{operation}\",le=\"{bound}\"");
                let _ = writeln!(text, "{name}_bucket{{{labels}}} {shown}");
            }
            let sum = Duration::from_micros(series.micros.load(Ordering::Relaxed)).as_secs_f64();
            let _ = writeln!(
                text,
                "{name}_bucket{{operation=\"{operation}\",le=\"+Inf\"}} {total}"
            );
            let _ = writeln!(text, "{name}_sum{{operation=\"{operation}\"}} {sum}");
            let _ = writeln!(text, "{name}_count{{operation=\"{operation}\"}} {total}");
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
        if let Some((_, series)) = this.meter.series.get(*this.place) {
            series.count(response.status(), this.started.elapsed());
        }
        if let Some(log) = this.log.take() {
            log.end(&response);
        }
        Poll::Ready(Ok(response))
    }
}
