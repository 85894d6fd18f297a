//! One open stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::time::{Interval, MissedTickBehavior};
use usher_app::{Admitted, OpenStream};
use usher_domain::event::TicketEvent;
use usher_domain::{Account, Actor, Event, Timestamp};
use usher_engine::{Failure, Published};
use usher_journal::Seq;

use super::follower::Follower;
use super::message::{Message, Queue, alive, welcome};
use super::position::Position;
use crate::problem::Problem;

/// The longest interval between keep-alive messages of a stream. In real time, not on Usher's clock: it is for proxies
/// in between.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// How soon a client reconnects when its stream breaks off.
const RETRY_MILLIS: u32 = 2_000;

/// How often opening a stream retries for a moment without a commit.
const OPEN_ATTEMPTS: usize = 4;

/// The subject of a stream.
pub(crate) trait Subject: Send + 'static {
    /// Processes an event, and returns what the device is told about it.
    fn take(
        &mut self,
        caller: &Admitted,
        seq: Seq,
        event: &Event,
    ) -> impl Future<Output = Result<Option<Message>, Problem>> + Send;

    /// Whether the stream is complete.
    fn is_over(&self) -> bool;

    /// Looks up the position in the queue, if the subject waits.
    fn queue(&self) -> Option<Box<QueueView>>;

    /// The interval of keep-alive messages.
    fn alive_every(&self) -> Duration {
        ALIVE_EVERY
    }

    /// Whether this actor may follow the subject. An ended or missing subject says so itself.
    fn may_follow(&self) -> Box<MayFollow>;

    /// The stream is still open.
    fn still_open(&mut self, _caller: &Admitted) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Decides who may follow.
pub(crate) type MayFollow = dyn Fn(&Account, &Actor) -> bool + Send;

/// Looks up a position in the queue.
pub(crate) type QueueView = dyn Fn(&Account, Timestamp) -> Option<Queue> + Send;

/// The starting point of a stream.
pub(crate) struct Opening<T> {
    pub(super) follower: Follower,
    /// The state at that point.
    pub(crate) seen: T,
    /// Up to which commit unknown things have to be looked up.
    pub(crate) unsure_until: Seq,
    /// Whether `seen` is exactly the state after the commit at which the stream begins.
    is_exact: bool,
    start: Position,
}

impl<T: Send + 'static> Opening<T> {
    /// Subscribes to the account and reads it at a moment without a commit. If there is none, the state may be newer
    /// than the start of the stream.
    pub(crate) async fn at(
        caller: &Admitted,
        from: Option<Position>,
        view: impl Fn(&Account, Timestamp) -> T + Clone + Send + 'static,
    ) -> Result<Self, Problem> {
        let (engine, account) = (caller.app.engine(), caller.account);
        let mut attempt = 1;
        loop {
            let subscription = engine.subscribe(account).await?;
            let seen = engine.read(account, view.clone()).await?;
            let unsure_until = engine.subscribe(account).await?.seq();
            let is_exact = unsure_until == subscription.seq();
            if !is_exact && attempt < OPEN_ATTEMPTS {
                attempt += 1;
                continue;
            }
            let newest = Position::behind(subscription.seq());
            let told = from.map(Position::told_whole);
            return Ok(Self {
                start: from.map_or(newest, |from| from.min(newest)),
                follower: Follower::new(engine.clone(), account, subscription, told),
                seen,
                unsure_until,
                is_exact: is_exact && from.is_none(),
            });
        }
    }
}

/// An open stream.
pub(crate) struct Feed<S> {
    caller: Admitted,
    subject: S,
    follower: Follower,
    told: Position,
    ready: VecDeque<Bytes>,
    queue: Option<Queue>,
    is_over: bool,
    alive: Option<Interval>,
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Counts the stream until it ends.
    _open: OpenStream,
}

impl<S: Subject> Feed<S> {
    /// A stream that begins at the opening. `stands` tells the device the current state, if the stream does not resume.
    pub(crate) fn new<T>(
        caller: Admitted,
        open: OpenStream,
        opening: Opening<T>,
        subject: S,
        stands: &[Message],
    ) -> Self {
        let mut ready = VecDeque::from([welcome(opening.start, RETRY_MILLIS)]);
        if opening.is_exact {
            ready.extend(stands.iter().map(|message| message.frame(None)));
        }
        Self {
            closed: Box::pin(caller.app.closed()),
            caller,
            subject,
            follower: opening.follower,
            told: opening.start,
            ready,
            queue: None,
            is_over: false,
            alive: None,
            _open: open,
        }
    }

    /// The rest of a stream whose subject has ended; `None` if there is none.
    pub(crate) async fn rest(mut self) -> Result<Option<EventStream>, Problem> {
        let welcomed = self.ready.len();
        while !self.subject.is_over() && !self.follower.has_caught_up() {
            match self.follower.next().await? {
                Some(commit) => self.take(&commit).await?,
                None => break,
            }
        }
        let nothing = self.ready.len() == welcomed;
        self.is_over = true;
        Ok((!nothing).then(|| self.open()))
    }

    /// Releases the stream.
    pub(crate) fn open(self) -> EventStream {
        let frames = futures::stream::unfold(self, |mut feed| async move {
            let frame = feed.next().await?;
            Some((Ok::<_, Infallible>(frame), feed))
        });
        EventStream(Body::from_stream(frames))
    }

    /// The next frame; `None` at the end, and if the device has to reconnect because it was too slow.
    async fn next(&mut self) -> Option<Bytes> {
        if self.alive.is_none() && !self.is_over {
            self.alive = Some(interval(self.subject.alive_every()));
            self.tell_queue().await.ok()?;
        }
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Some(frame);
            }
            if self.is_over {
                return None;
            }
            let interval = self.alive.as_mut()?;
            tokio::select! {
                biased;
                () = &mut self.closed => return None,
                // Before the commits, which never end on a busy account.
                _ = interval.tick() => {
                    if !may_go_on(&self.caller, self.subject.may_follow()).await {
                        return None;
                    }
                    self.subject.still_open(&self.caller).await;
                    let every = self.subject.alive_every();
                    if self.alive.as_ref().map(Interval::period) != Some(every) {
                        self.alive = Some(self::interval(every));
                    }
                    self.ready.push_back(alive(self.told));
                }
                commit = self.follower.next() => {
                    let commit = commit.ok().flatten()?;
                    self.take(&commit).await.ok()?;
                    self.is_over = self.subject.is_over();
                }
            }
        }
    }

    async fn take(&mut self, commit: &Arc<Published>) -> Result<(), Problem> {
        let events = commit.entries.iter().flat_map(|entry| &entry.events);
        let mut moves_queue = false;
        for (event, index) in events.zip(1..) {
            let place = Position::new(commit.seq, index);
            let message = self.subject.take(&self.caller, commit.seq, event).await?;
            if place <= self.told {
                continue;
            }
            moves_queue |= matches!(
                event,
                Event::Ticket(
                    TicketEvent::Offered { .. } | TicketEvent::Ended { .. } | TicketEvent::Opened { .. }
                )
            );
            self.ready
                .extend(message.map(|message| message.frame(Some(place))));
            if self.subject.is_over() {
                break;
            }
        }
        self.told = self.told.max(Position::behind(commit.seq));
        if moves_queue && self.follower.has_caught_up() && !self.subject.is_over() {
            self.tell_queue().await?;
        }
        Ok(())
    }

    async fn tell_queue(&mut self) -> Result<(), Problem> {
        let Some(view) = self.subject.queue() else {
            self.queue = None;
            return Ok(());
        };
        let read = self.caller.app.engine().read(self.caller.account, view);
        let now = match read.await {
            Ok(queue) => queue,
            Err(Failure::NoAccount) => None,
            Err(failure) => return Err(failure.into()),
        };
        let place = |queue: Queue| (queue.ticket, queue.position);
        if now.map(place) != self.queue.map(place) {
            self.ready
                .extend(now.map(|queue| Message::new("queue", &queue).frame(None)));
            self.queue = now;
        }
        Ok(())
    }
}

/// Whether the caller would still be authenticated. If not, the stream ends, and the device is told why when it
/// reconnects.
async fn may_go_on(caller: &Admitted, may_follow: Box<MayFollow>) -> bool {
    let allowed = async {
        let actor = caller.admitted_again().await?;
        let view = move |account: &Account, _| may_follow(account, &actor);
        Ok::<_, Problem>(caller.app.engine().read(caller.account, view).await?)
    };
    match allowed.await {
        Ok(may) => may,
        // If it cannot be checked at the moment, it is checked again soon.
        Err(problem) => problem.kind().status.is_server_error(),
    }
}

fn interval(every: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// A streaming answer.
pub(crate) struct EventStream(Body);

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/event-stream"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        // Proxies that buffer an answer until it is complete would buffer this one for ever.
        let unbuffered = [("x-accel-buffering", HeaderValue::from_static("no"))];
        (headers, unbuffered, self.0).into_response()
    }
}
