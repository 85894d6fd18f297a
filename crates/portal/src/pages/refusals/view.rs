//! The data of the refusals page.

use std::collections::BTreeMap;

use askama::Template;
use serde::{Deserialize, Serialize};
use usher_app::{Kind, WaitOutcome};
use usher_domain::color::ProductColor;
use usher_domain::refusal::SeatRefusal;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, PoolId, Timestamp, UserId, WallTimes};
use usher_journal::{RefusalRow, TicketRow};

use crate::answer::Frame;
use crate::form::Form;
use crate::linked::Linked;
use crate::pages::help;
use crate::shown::{Moment, ProductChoice, ProductLabel};

#[derive(Template)]
#[template(path = "refusals/refusals.html")]
pub(super) struct RefusalsPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) rows: Vec<Row>,
    /// Users who queued, which is not a refusal; only on the first page.
    pub(super) waits: Vec<WaitRow>,
    pub(super) products: Vec<ProductChoice>,
    pub(super) newest: String,
    pub(super) next: String,
    pub(super) is_filtered: bool,
}

impl RefusalsPage {
    /// The reasons to choose from: code and title.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn reasons(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        SeatRefusal::CODES
            .iter()
            .map(|code| (code.as_str(), Kind::of(*code).title))
    }
}

/// The query of the URL, as entered.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct RefusalQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) user: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) product: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cursor: String,
}

impl RefusalQuery {
    /// The filter form as submitted.
    pub(super) fn form(&self) -> Form {
        Form::showing([
            ("user", self.user.as_str()),
            ("product", self.product.as_str()),
            ("code", self.code.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
        ])
    }

    pub(super) fn is_filtered(&self) -> bool {
        [&self.user, &self.product, &self.code, &self.from, &self.to]
            .iter()
            .any(|text| !text.is_empty())
    }

    /// The URL of the list with the same filters, from a cursor on.
    pub(super) fn at(&self, path: &str, cursor: &str) -> String {
        let query = Self {
            cursor: cursor.to_owned(),
            ..self.clone()
        };
        crate::shown::with_query(path, &query)
    }
}

/// The names of users and pools.
#[derive(Debug, Default)]
pub(crate) struct Names {
    users: BTreeMap<UserId, Linked>,
    pools: BTreeMap<PoolId, Linked>,
    /// Names in the settings, by slug.
    products: BTreeMap<Product, String>,
    colors: BTreeMap<Product, ProductColor>,
}

impl Names {
    pub(crate) fn of(account: &Account, actor: &Actor, ids: &[(UserId, Option<PoolId>)]) -> Self {
        let users = ids.iter().filter_map(|(user, _)| account.user(*user));
        let pools = ids.iter().filter_map(|(_, pool)| account.pool((*pool)?));
        Self {
            users: users
                .map(|user| (user.id, Linked::user(account, actor, user)))
                .collect(),
            pools: pools
                .map(|pool| (pool.id, Linked::pool(account, actor, pool)))
                .collect(),
            products: account
                .settings()
                .product_names
                .iter()
                .map(|(product, name)| (product.clone(), name.to_string()))
                .collect(),
            colors: account.settings().product_colors.clone(),
        }
    }

    /// What people call a record's product.
    fn product(&self, slug: &str) -> ProductLabel {
        let name = match (self.products.get(slug), slug.parse::<Product>()) {
            (Some(name), _) => name.clone(),
            (None, Ok(product)) => product.readable(),
            (None, Err(_)) => slug.to_owned(),
        };
        ProductLabel {
            name,
            color: self.colors.get(slug).copied(),
        }
    }

    fn place(&self, pool: Option<PoolId>, product: &str) -> Place {
        Place {
            pool: pool.and_then(|pool| self.pools.get(&pool)).cloned(),
            product: self.product(product),
        }
    }

    fn who(&self, user: UserId) -> Linked {
        let known = self.users.get(&user).cloned();
        known.unwrap_or_else(|| Linked::plain("A deleted user"))
    }
}

/// Where somebody was refused or waited.
pub(crate) struct Place {
    /// The pool, if it exists.
    pub(crate) pool: Option<Linked>,
    pub(crate) product: ProductLabel,
}

/// A refusal.
pub(crate) struct Row {
    pub(crate) at: Moment,
    pub(crate) who: Linked,
    pub(crate) device: Option<String>,
    pub(crate) tried: &'static str,
    pub(crate) place: Place,
    pub(crate) why: String,
    /// Where the reason is explained.
    pub(crate) help: Option<String>,
    pub(crate) seats: Option<String>,
    pub(crate) resolved_after: Option<String>,
}

impl Row {
    pub(crate) fn of(row: &RefusalRow, wall: &WallTimes, names: &Names) -> Self {
        let code = row.code.to_string();
        Self {
            at: Moment(wall.shown(row.at)),
            who: names.who(row.user),
            device: row.device.as_ref().map(|text| text.reveal().to_string()),
            tried: match row.attempt.to_string().as_str() {
                "sign_in" => "To sign in",
                "session" => "To start a session",
                "resume" => "To resume a session",
                "connect" => "To connect a session",
                _ => "To wait in the queue",
            },
            place: names.place(row.pool, &row.product),
            why: Kind::find(&code).map_or_else(|| code.clone(), |kind| kind.title.to_owned()),
            help: help::link(&code),
            seats: row
                .pool
                .filter(|_| row.is_of_full_pool())
                .map(|_| format!("{} of {} seats taken", row.occupied, row.seats)),
            resolved_after: row.resolved_at.map(|at| length(at.since(row.at).get())),
        }
    }
}

/// A user who queued.
pub(crate) struct WaitRow {
    pub(crate) from: Moment,
    pub(crate) who: Linked,
    pub(crate) place: Place,
    pub(crate) waited: String,
    pub(crate) outcome: &'static str,
    pub(crate) tone: &'static str,
}

impl WaitRow {
    pub(crate) fn of(row: &TicketRow, wall: &WallTimes, names: &Names, now: Timestamp) -> Self {
        let until = row.end.as_ref().map_or(now, |end| end.at);
        let (outcome, tone) = match WaitOutcome::of(row) {
            WaitOutcome::Waiting => ("Waits", "warn"),
            WaitOutcome::Offered => ("Has an offer", "good"),
            WaitOutcome::Taken => ("Got in", "good"),
            WaitOutcome::Missed => ("Missed the offer", "bad"),
            WaitOutcome::GivenUp => ("Gave up", "bad"),
            WaitOutcome::Ended => ("Ended", "quiet"),
        };
        Self {
            from: Moment(wall.shown(row.opened_at)),
            who: names.who(row.user),
            place: names.place(Some(row.pool), &row.product),
            waited: length(until.since(row.opened_at).get()),
            outcome,
            tone,
        }
    }
}

/// A duration in words.
pub(crate) fn length(secs: u32) -> String {
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min", secs / 60),
        3600..86_400 => format!("{} h {} min", secs / 3600, secs % 3600 / 60),
        _ => format!("{} d {} h", secs / 86_400, secs % 86_400 / 3600),
    }
}
