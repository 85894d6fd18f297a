//! The person who reads a page: the zone of their times and the language of its texts, which they chose, or which are
//! their account's or their browser's.
//!
//! Every request, and every rendering of a live part, has one reader: [`scope`] keeps it beside the running task, so that
//! each [`Moment`](crate::shown::Moment) and each text of each template is shown alike without being told for whom. Where nobody is
//! signed in there is no zone. Then a page says the time in UTC, and the script shows it in the zone of the browser.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use icu_locale_core::Locale;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use usher_app::zone_named;
use usher_domain::{AccountId, UserId, WallTime};
use usher_l10n::Language;

use crate::order::preferred_locale;
use crate::portal::Portal;
use crate::shown::instant;
use crate::{assets, cookies};

tokio::task_local! {
    static READER: Reader;
}

/// What a browser asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The language that it prefers, whether Usher speaks it or not.
    locale: Locale,
    /// The language that it prefers of those that Usher speaks; `None` if it accepts none of them.
    language: Option<Language>,
}

impl Asked {
    pub(crate) fn by(headers: &HeaderMap) -> Self {
        let list = headers.get(header::ACCEPT_LANGUAGE);
        let list = list.and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            locale: preferred_locale(headers),
            language: Language::accepted(list),
        }
    }

    /// The locale whose order names are in: the browser's, unless another language was chosen. So somebody who reads
    /// German in an Austrian browser gets the Austrian order.
    fn locale_of(&self, chosen: Option<Language>) -> Locale {
        let is_of = |language: Language| self.locale.id.language.as_str() == language.tag();
        let other = chosen.filter(|language| !is_of(*language));
        let other = other.and_then(|language| language.tag().parse().ok());
        other.unwrap_or_else(|| self.locale.clone())
    }

    /// For requests whose browser is not known.
    pub(crate) const fn nothing() -> Self {
        Self {
            locale: Locale::UNKNOWN,
            language: None,
        }
    }
}

/// How somebody reads times and texts.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// `None` for the zone of the browser, which only the browser knows.
    zone: Option<TimeZone>,
    /// The language whose order names are in.
    pub(crate) locale: Locale,
    /// The language of texts; `None` if nobody has chosen one, and the browser asks for none that Usher speaks.
    language: Option<Language>,
    /// The current day there; of times of this day only the hour is shown.
    today: Date,
}

/// The zone where none is known.
static UTC: TimeZone = TimeZone::UTC;

/// Nobody known: outside of requests.
impl Default for Reader {
    fn default() -> Self {
        Self {
            zone: None,
            locale: Locale::UNKNOWN,
            language: None,
            today: Date::default(),
        }
    }
}

impl Reader {
    /// A reader in this zone, at this time. `chosen` is the language that they or their account have chosen, else the
    /// browser's is used.
    pub(crate) fn of(zone: Option<TimeZone>, chosen: Option<Language>, asked: &Asked, now: WallTime) -> Self {
        let today = zone.as_ref().unwrap_or(&UTC).to_datetime(instant(now));
        Self {
            zone,
            locale: asked.locale_of(chosen),
            language: chosen.or(asked.language),
            today: today.date(),
        }
    }

    /// The reader who is this user.
    pub(crate) async fn of_user(portal: &Portal, account: AccountId, user: UserId, asked: &Asked) -> Self {
        let own = portal.app.preferences(account, user).time_zone;
        let zone = match own.and_then(|name| zone_named(name.as_str())) {
            Some(zone) => zone,
            None => portal.app.time_zone(account).await,
        };
        let chosen = portal.app.chosen_language(account, user).await;
        let engine = portal.app.engine();
        Self::of(Some(zone), chosen, asked, engine.shown(engine.now()))
    }

    /// The same reader, in this language if they have none of their own.
    pub(crate) fn or_in(self, language: Option<Language>) -> Self {
        Self {
            language: self.language.or(language),
            ..self
        }
    }

    /// The language of texts.
    pub(crate) fn language(&self) -> Language {
        self.language.unwrap_or_default()
    }

    /// The zone in which days begin and end for them.
    pub(crate) fn zone(&self) -> &TimeZone {
        self.zone.as_ref().unwrap_or(&UTC)
    }

    /// Whether the zone is known.
    pub(crate) const fn has_zone(&self) -> bool {
        self.zone.is_some()
    }

    /// The current day.
    pub(crate) const fn today(&self) -> Date {
        self.today
    }

    /// The name of the zone, if it is known.
    pub(crate) fn zone_name(&self) -> Option<&str> {
        self.zone.as_ref()?.iana_name()
    }
}

/// The reader of the running request or rendering.
pub(crate) fn current() -> Reader {
    READER.try_with(Reader::clone).unwrap_or_default()
}

/// The language of the running request or rendering.
pub(crate) fn language() -> Language {
    READER.try_with(Reader::language).unwrap_or_default()
}

/// Looks at something for a reader, on whatever task that happens.
pub(crate) fn look_for<T>(reader: Reader, look: impl FnOnce() -> T) -> T {
    READER.sync_scope(reader, look)
}

/// Runs `work` for a reader.
pub(crate) async fn scope<T>(reader: Reader, work: impl Future<Output = T>) -> T {
    READER.scope(reader, work).await
}

/// The layer that finds out who reads the answer to a request. Does not count as use of the session.
pub(crate) async fn read_by(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let reader = reader_of(&portal, request.headers(), request.uri()).await;
    scope(reader, next.run(request)).await
}

async fn reader_of(portal: &Portal, headers: &HeaderMap, uri: &Uri) -> Reader {
    let engine = portal.app.engine();
    let asked = &Asked::by(headers);
    let jar = CookieJar::from_headers(headers);
    let secret = cookies::session_secret(&jar).filter(|_| !assets::is_asset(uri.path()));
    let session = secret.and_then(|secret| portal.app.identity().portal_session_unused(secret, engine.now()));
    match session {
        Some(session) => Reader::of_user(portal, session.account, session.user, asked).await,
        None => Reader::of(None, None, asked, engine.shown(engine.now())),
    }
}
