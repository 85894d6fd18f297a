//! What `/metrics` shows. No label names a user, and only the operator's configuration makes one name an account.

use std::collections::BTreeMap;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use usher_app::{App, Upkeep};
use usher_domain::{Code, Timestamp};
use usher_engine::{Engine, Figures, SeatFigures, SeatsByProduct, WallClock};
use usher_identity::OutboxFigures;

/// The most products with series of their own. All others are counted together as [`OTHER_PRODUCTS`], so that an account
/// with many products cannot fill the monitoring's database.
pub(crate) const PRODUCTS_MAX: usize = 100;

/// The product label of those beyond [`PRODUCTS_MAX`]. No product can have this name, because of the space.
const OTHER_PRODUCTS: &str = "other products";

type Labels = Vec<(&'static str, String)>;

/// The seats that are counted for one set of labels.
type Part = (&'static str, &'static str, fn(&SeatFigures) -> u64);

const PARTS: [Part; 4] = [
    ("seats", "Seats of the pools", |it| it.seats),
    (
        "seats_occupied",
        "Seats that are held, or offered to somebody in the queue",
        |it| it.occupied,
    ),
    ("waiting", "People in the queue without an offer", |it| it.waiting),
    (
        "open_offers",
        "Seats that are offered to somebody in the queue",
        |it| it.offered,
    ),
];

/// All metrics in the text format of Prometheus.
pub(crate) async fn text(app: &App) -> String {
    let mails = app.mail_figures().await;
    let mut registry = Registry::with_prefix("usher");
    let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The version of Usher that runs", version);
    register_gauges(&mut registry, app);
    register_counters(&mut registry, app);
    register_refusals(&mut registry, app.engine());
    register_clock(&mut registry, app.engine().wall_clock());
    // A store that cannot be read has metrics of its own.
    if let Ok(mails) = mails {
        register_mails(&mut registry, &mails, app.engine().now());
    }
    if let Some(directory) = &app.config().data_directory {
        register_upkeep(&mut registry, &Upkeep::read(directory));
    }
    register_seats(&mut registry, app);
    app.request_figures().register(&mut registry);
    let mut text = String::with_capacity(16 * 1024);
    // Writing to a string cannot fail.
    let _ = prometheus_text::encode(&mut text, &registry);
    text
}

fn register_gauges(registry: &mut Registry, app: &App) {
    let connections = u64::from(app.connections().count());
    for (name, help, value) in [
        ("connections", "Open connections", connections),
        ("streams", "Open event streams", app.streams().count()),
    ] {
        registry.register(name, help, ConstGauge::new(value));
    }
    let figures = app.engine().figures();
    for (name, help, read) in GAUGES {
        registry.register(*name, *help, ConstGauge::new(read(&figures)));
    }
}

fn register_counters(registry: &mut Registry, app: &App) {
    let turned_away = "Connections closed at once because their network address had too many";
    registry.register(
        "connections_turned_away",
        turned_away,
        ConstCounter::new(app.connections().turned_away()),
    );
    let refused =
        "Mails not sent because there were too many of their kind for the reader, or by the account";
    registry.register("mails_refused", refused, ConstCounter::new(app.mails_refused()));
    let figures = app.engine().figures();
    for (name, help, read) in COUNTERS {
        registry.register(*name, *help, ConstCounter::new(read(&figures)));
    }
}

/// A figure of the engine: its name without `usher_` and `_total`, its help text without the full stop, and its value.
type Counted = (&'static str, &'static str, fn(&Figures) -> u64);

/// The engine's figures that go down too.
const GAUGES: &[Counted] = &[
    ("accounts_loaded", "Accounts in memory", |it| it.accounts_loaded),
    ("subscribers", "Open subscriptions to accounts", |it| {
        it.subscribers
    }),
    ("commits_under_way", "Commits that wait for the disk", |it| {
        it.commits_under_way
    }),
];

/// The engine's counters.
const COUNTERS: &[Counted] = &[
    ("commands", "Commands decided, refused ones included", |it| {
        it.commands
    }),
    ("refusals", "Commands that the rules refused", |it| it.refusals),
    ("commits", "Commits stored", |it| it.commits),
    (
        "commit_conflicts",
        "Commits that met another node's and were decided again",
        |it| it.conflicts,
    ),
    (
        "commit_failures",
        "Commits that the journal did not store",
        |it| it.commits_failed,
    ),
    (
        "commits_unknown",
        "Commits whose outcome had to be looked up",
        |it| it.commits_unknown,
    ),
    ("account_loads", "Accounts loaded from the journal", |it| it.loads),
    ("snapshots", "Snapshots taken", |it| it.snapshots),
    ("account_evictions", "Accounts that left memory", |it| {
        it.evictions
    }),
    (
        "inbox_overflows",
        "Requests turned away because too many waited",
        |it| it.inbox_overflows,
    ),
    (
        "subscribers_dropped",
        "Subscribers dropped because they lagged",
        |it| it.subscribers_dropped,
    ),
    ("ticks", "Times that what was due was done", |it| it.ticks),
    ("account_panics", "Accounts whose task ended by a panic", |it| {
        it.panics
    }),
    (
        "invariants_broken",
        "Times that a promise of the rules was found broken; anything but zero is a fault of Usher",
        |it| it.invariants_broken,
    ),
];

fn register_refusals(registry: &mut Registry, engine: &Engine) {
    let by_code = Family::<Labels, prometheus_client::metrics::counter::Counter>::default();
    for code in Code::ALL {
        let count = engine.refusals(*code);
        if count > 0 {
            let labels = vec![("code", code.as_str().to_owned())];
            by_code.get_or_create(&labels).inc_by(count);
        }
    }
    registry.register(
        "refusals_by_code",
        "Commands that the rules refused, by the code of the problem",
        by_code,
    );
}

fn register_clock(registry: &mut Registry, clock: WallClock) {
    registry.register(
        "clock_behind_seconds",
        "How far the machine's clock is behind the time that Usher works by",
        ConstGauge::new(clock.behind.get() / 1_000),
    );
    for (name, help, value) in [
        (
            "clock_steps_back",
            "Times that the machine's clock was set back",
            clock.steps_back,
        ),
        (
            "clock_steps_forward",
            "Times that the machine's clock was set forward",
            clock.steps_forward,
        ),
    ] {
        registry.register(name, help, ConstCounter::new(value));
    }
}

fn register_mails(registry: &mut Registry, mails: &OutboxFigures, now: Timestamp) {
    let waits = mails.oldest_waiting.map(|since| now.since(since));
    for (name, help, value) in [
        ("mails_waiting", "Mails that are still to be sent", mails.waiting),
        (
            "mail_wait_seconds",
            "How long the oldest of them has waited; 0 if none waits",
            waits.map_or(0, |waits| u64::from(waits.get())),
        ),
        (
            "mails_failed",
            "Mails that were given up in the last 30 days",
            mails.failed,
        ),
    ] {
        registry.register(name, help, ConstGauge::new(value));
    }
}

/// When the data was last copied and checked, as far as this server knows.
fn register_upkeep(registry: &mut Registry, upkeep: &Upkeep) {
    let verify = upkeep.verify.map(|verified| verified.at);
    for (name, help, at) in [
        (
            "last_backup_timestamp_seconds",
            "When `usher backup` last copied the data, in seconds since 1970",
            upkeep.backup,
        ),
        (
            "last_verify_timestamp_seconds",
            "When `usher verify` last checked the data, in seconds since 1970",
            verify,
        ),
    ] {
        if let Some(at) = at {
            registry.register(name, help, ConstGauge::new(at.millis() / 1_000));
        }
    }
}

/// Seats by product, of all accounts in memory together, and of each account that the operator names.
fn register_seats(registry: &mut Registry, app: &App) {
    let seats = app.engine().seats_in_memory(&app.config().metrics_accounts);
    for (name, help, read) in PARTS {
        let all = Family::<Labels, Gauge<u64, std::sync::atomic::AtomicU64>>::default();
        for (product, figures) in bounded(&seats.all) {
            all.get_or_create(&vec![("product", product)])
                .inc_by(read(&figures));
        }
        registry.register(
            name,
            format!("{help}, by product, of the accounts in memory"),
            all,
        );
        if app.config().metrics_accounts.is_empty() {
            continue;
        }
        let each = Family::<Labels, Gauge<u64, std::sync::atomic::AtomicU64>>::default();
        for (account, seats) in &seats.of_account {
            for (product, figures) in bounded(seats) {
                let labels = vec![("account", account.to_string()), ("product", product)];
                each.get_or_create(&labels).inc_by(read(&figures));
            }
        }
        let help = format!("{help}, by product, of the accounts in `metrics_accounts` that are in memory");
        registry.register(format!("account_{name}"), help, each);
    }
}

/// The first [`PRODUCTS_MAX`] products by name, and the sum of the others.
fn bounded(seats: &SeatsByProduct) -> BTreeMap<String, SeatFigures> {
    let mut series = BTreeMap::<String, SeatFigures>::new();
    for (index, (product, figures)) in seats.iter().enumerate() {
        let label = if index < PRODUCTS_MAX {
            product.to_string()
        } else {
            OTHER_PRODUCTS.to_owned()
        };
        series.entry(label).or_default().add(*figures);
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_the_engine_is_shown() {
        // All of them are a `u64`.
        let figures = size_of::<Figures>() / size_of::<u64>();

        assert_eq!(
            GAUGES.len() + COUNTERS.len(),
            figures,
            "a figure has no row, or two"
        );
    }

    #[test]
    fn products_beyond_the_bound_are_counted_together() {
        let one = SeatFigures {
            seats: 1,
            ..SeatFigures::default()
        };
        let product = |number: usize| format!("product-{number:04}").parse().unwrap();
        let seats: SeatsByProduct = (0..PRODUCTS_MAX + 3)
            .map(|number| (product(number), one))
            .collect();

        let series = bounded(&seats);

        assert_eq!(series.len(), PRODUCTS_MAX + 1);
        assert_eq!(series[OTHER_PRODUCTS].seats, 3);
        assert_eq!(series["product-0000"].seats, 1);
    }
}
