//! The terms of a subscription (L11), and seats that are lent until a date (L12).

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::tz::TimeZone;
use usher_app::{BillingManage, Problem, zone_of};
use usher_domain::account::{ProductSeats, Subscription};
use usher_domain::command::SetSubscription;
use usher_domain::refusal::StateRefusal;
use usher_domain::terms::{Temporary, TemporarySeats, Terms};
use usher_domain::text::{Product, counted};
use usher_domain::{Account, AccountId, Actor, Refusal, Timestamp, WallTime};
use usher_engine::Failure;

use super::account::{account_in, path_of};
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::days;
use crate::pages::seat_form::{self, number, number_or_none};
use crate::pages::subscription::Ends;
use crate::said::named;
use crate::shown::ProductChoice;

const CHANGED: &str = "Somebody else has changed the subscription since you opened this page. Look at it and send the form again.";

#[derive(Template)]
#[template(path = "operator/terms.html")]
struct TermsPage {
    frame: Frame,
    path: String,
    name: String,
    has_plan: bool,
    products: Vec<ProductChoice>,
    ends: Ends,
    terms: Form,
    lend: Form,
    /// In which zone days end.
    zone_hint: String,
}

/// The two forms of the page, as they were sent.
#[derive(Default)]
struct Forms {
    terms: Form,
    lend: Form,
}

/// What is done at the end of a subscription, as the form names it.
const KINDS: [(&str, &str); 4] = [
    ("none", "No end"),
    ("ends", "It ends"),
    ("trial", "It is a trial, and ends"),
    ("renews", "It renews"),
];

impl TermsPage {
    fn end_hint(&self) -> String {
        format!(
            "{} At its end the subscription ends, or renews for the first time.",
            self.zone_hint
        )
    }

    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    const fn kinds(&self) -> [(&'static str, &'static str); 4] {
        KINDS
    }
}

/// What a change needs to know of the account.
struct CurrentTerms {
    subscription: Subscription,
    /// The present terms, by the wall clock.
    terms: Terms,
    /// The ends of seats, by the wall clock.
    temporary: Temporary,
    /// By which days end in the account.
    zone: TimeZone,
}

impl CurrentTerms {
    fn of(account: &Account) -> Self {
        let subscription = account.subscription().clone();
        let wall = |at| account.shown(at).get();
        let terms = subscription.current_terms();
        let mut temporary = subscription.temporary.clone();
        for seats in temporary.values_mut().flatten() {
            seats.until = wall(seats.until);
        }
        Self {
            terms: Terms {
                start: terms.start.map(wall),
                end: terms.end.map(wall),
                ..terms
            },
            temporary,
            subscription,
            zone: zone_of(account),
        }
    }
}

async fn before(by: &OperatorAt<BillingManage>, account: AccountId) -> Result<CurrentTerms, Failed> {
    let engine = by.operator.app.engine();
    let before = engine.read(account, |account, _| CurrentTerms::of(account)).await;
    Ok(before.map_err(Problem::from)?)
}

pub(super) async fn show(
    by: OperatorAt<BillingManage>,
    Path(account): Path<String>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    Ok(page(&terms_page(&by, account, Forms::default()).await?))
}

async fn terms_page(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    forms: Forms,
) -> Result<TermsPage, Failed> {
    let look = |account: &Account, _| {
        (
            account.name().to_string(),
            ProductChoice::all(account),
            Ends::of(account, &Actor::Operator),
            CurrentTerms::of(account),
        )
    };
    let read = by.operator.app.engine().read(account, look).await;
    let (name, products, ends, before) = read.map_err(Problem::from)?;
    let values = initial(&before.terms, &before.zone);
    let values = values.iter().map(|(name, value)| (*name, value.as_str()));
    Ok(TermsPage {
        frame: by.frame(OperatorPage::Accounts),
        path: path_of(account),
        has_plan: before.subscription.plan.is_some(),
        terms: forms.terms.or_showing(values),
        lend: forms.lend,
        zone_hint: days::zone_hint(&before.zone),
        name,
        products,
        ends,
    })
}

/// What the form of terms shows at first.
fn initial(terms: &Terms, zone: &TimeZone) -> [(&'static str, String); 4] {
    let kind = match (terms.end, terms.trial, terms.renewal_months) {
        (None, ..) => "none",
        (Some(_), true, _) => "trial",
        (Some(_), false, Some(_)) => "renews",
        (Some(_), false, None) => "ends",
    };
    let or_empty = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        ("kind", kind.to_owned()),
        ("end", terms.end.map(|end| day_of(end, zone)).unwrap_or_default()),
        ("renewal_months", or_empty(terms.renewal_months)),
        (
            "grace_days",
            or_empty(Some(terms.grace_days).filter(|days| *days > 0)),
        ),
    ]
}

/// The last day before an end.
fn day_of(end: Timestamp, zone: &TimeZone) -> String {
    days::day_of_end(WallTime::new(end), zone)
}

/// The terms of the form; `None` if there are errors, which are added to it.
fn wanted(form: &mut Form, before: &Terms, zone: &TimeZone, now: Timestamp) -> Option<Terms> {
    let kind = form.value("kind").to_owned();
    if !KINDS.iter().any(|(known, _)| *known == kind) {
        form.wrong("kind", "Choose one of these.");
        return None;
    }
    let start = before.start;
    if kind == "none" {
        return Some(Terms {
            start,
            ..Terms::default()
        });
    }
    // An end at another time of the day stays as it is, unless another day is chosen.
    let kept = before
        .end
        .filter(|end| day_of(*end, zone) == form.value("end").trim());
    let end = kept.or_else(|| days::last_day(form, "end", zone, now));
    if end.is_none() && form.error("end").is_none() {
        form.wrong("end", "This must be a day that is not over.");
    }
    let renewal_months = match kind.as_str() {
        "renews" => number(form, "renewal_months"),
        _ => None,
    };
    let grace_days = number_or_none(form, "grace_days");
    form.is_right().then_some(Terms {
        start,
        end,
        trial: kind == "trial",
        renewal_months,
        grace_days,
    })
}

pub(super) async fn set(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let before = before(&by, account).await?;
    let now = by.operator.app.engine().now();
    if let Some(terms) = wanted(&mut form, &before.terms, &before.zone, now) {
        let products = before.subscription.products.clone();
        let done = change(
            &by,
            account,
            &before,
            products,
            Temporary::default(),
            Some(terms),
            &mut form,
        );
        if done.await? {
            return Ok(told(account, "Terms changed."));
        }
    }
    let terms = form;
    let forms = Forms {
        terms,
        ..Forms::default()
    };
    Ok(page_again(&terms_page(&by, account, forms).await?))
}

pub(super) async fn lend(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let before = before(&by, account).await?;
    let now = by.operator.app.engine().now();
    if let Some((product, seats)) = lent(&mut form, &before.zone, now) {
        let mut products = before.subscription.products.clone();
        let bought = products.entry(product.clone()).or_default();
        bought.named_seats = bought.named_seats.saturating_add(seats.named_seats);
        bought.shared_seats = bought.shared_seats.saturating_add(seats.shared_seats);
        let mut ends = before.temporary.get(&product).cloned().unwrap_or_default();
        ends.push(seats);
        let temporary = Temporary::from([(product.clone(), ends)]);
        let done = change(&by, account, &before, products, temporary, None, &mut form);
        if done.await? {
            let count = seats.named_seats.saturating_add(seats.shared_seats);
            let lent = counted(count, "seat", "seats");
            return Ok(told(account, &format!("{lent} of {} lent.", named(product))));
        }
    }
    let lend = form;
    let forms = Forms {
        lend,
        ..Forms::default()
    };
    Ok(page_again(&terms_page(&by, account, forms).await?))
}

/// The seats of the form; `None` if there are errors, which are added to it.
fn lent(form: &mut Form, zone: &TimeZone, now: Timestamp) -> Option<(Product, TemporarySeats)> {
    let product = form.parse::<Product>("product");
    let (named_seats, shared_seats) = (
        number_or_none(form, "named_seats"),
        number_or_none(form, "shared_seats"),
    );
    if form.is_right() && named_seats == 0 && shared_seats == 0 {
        form.wrong("named_seats", "Say how many named or shared seats to lend.");
    }
    let until = days::last_day(form, "until", zone, now);
    if until.is_none() && form.error("until").is_none() {
        form.wrong("until", "This must be a day that is not over.");
    }
    let seats = TemporarySeats {
        named_seats,
        shared_seats,
        until: until?,
    };
    Some((product?, seats)).filter(|_| form.is_right())
}

/// Changes seats, ends or terms of the subscription if it is still what it was before. Returns whether it did: if not,
/// the form says why.
async fn change(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    before: &CurrentTerms,
    products: BTreeMap<Product, ProductSeats>,
    temporary: Temporary,
    terms: Option<Terms>,
    form: &mut Form,
) -> Result<bool, Failed> {
    let app = &by.operator.app;
    let Some(plan) = before.subscription.plan.clone() else {
        form.wrong("", "The account has no plan yet. Set its plan and seats first.");
        return Ok(false);
    };
    let command = SetSubscription {
        plan,
        default_pools: app.draw_pools(products.keys())?,
        products,
        temporary,
        terms,
        seen: Some(seat_form::seen_of(&before.subscription)),
        request: app.draw_request(None)?,
    };
    let caller = by.operator.in_account(account);
    match caller.try_execute(command, |_, _, _| ()).await {
        Ok(()) => Ok(true),
        Err(Failure::Refused(Refusal::State(StateRefusal::ChangedMeanwhile { .. }))) => {
            form.wrong("", CHANGED);
            Ok(false)
        }
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(false)
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

fn told(account: AccountId, message: &str) -> Response {
    done(&path_of(account), message)
}

#[cfg(test)]
mod tests {
    use usher_app::zone_named;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn an_end_at_midnight_is_the_end_of_the_day_before() {
        let zone = |name| zone_named(name).unwrap();
        for (end, name, day) in [
            ("2027-05-01T00:00:00Z", "UTC", "2027-04-30"),
            ("2027-04-30T22:00:00Z", "UTC", "2027-04-30"),
            ("2027-04-30T22:00:00Z", "Europe/Ljubljana", "2027-04-30"),
            ("2027-04-30T22:00:01Z", "Europe/Ljubljana", "2027-05-01"),
        ] {
            assert_eq!(day_of(at(end), &zone(name)), day, "{end} in {name}");
        }
    }

    #[test]
    fn a_form_that_is_sent_as_it_was_shown_changes_no_terms() {
        let now = at("2027-01-01T00:00:00Z");
        let terms = |trial, renewal_months| Terms {
            start: Some(at("2026-04-30T22:00:00Z")),
            end: Some(at("2027-04-30T22:00:00Z")),
            trial,
            renewal_months,
            grace_days: 14,
        };
        for before in [
            terms(false, None),
            terms(true, None),
            terms(false, Some(12)),
            Terms::default(),
        ] {
            let values = initial(&before, &TimeZone::UTC);
            let values = values.iter().map(|(name, value)| (*name, value.as_str()));
            let mut form = Form::showing(values);

            assert_eq!(wanted(&mut form, &before, &TimeZone::UTC, now), Some(before));
        }
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let now = at("2027-01-01T00:00:00Z");
        for (kind, end, months, wrong) in [
            ("later", "2027-04-30", "", "kind"),
            ("ends", "", "", "end"),
            ("ends", "2026-12-31", "", "end"),
            ("trial", "soon", "", "end"),
            ("renews", "2027-04-30", "", "renewal_months"),
        ] {
            let mut form = Form::showing([("kind", kind), ("end", end), ("renewal_months", months)]);

            assert_eq!(
                wanted(&mut form, &Terms::default(), &TimeZone::UTC, now),
                None,
                "{kind} {end}"
            );
            assert!(form.error(wrong).is_some(), "{kind} {end}");
        }
    }
}
