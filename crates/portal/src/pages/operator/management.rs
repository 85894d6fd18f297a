//! Who changes the subscription of an account besides the operator, and within which bounds (L9).

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{BillingManage, Problem};
use usher_domain::command::AccountCommand;
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_domain::text::Product;
use usher_domain::{Account, AccountId, Command};
use usher_engine::Failure;

use super::account::{account_in, path_of};
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::seat_form::{new_product, number, number_or_none};

#[derive(Template)]
#[template(path = "operator/management.html")]
struct ManagementPage {
    frame: Frame,
    form: Form,
    path: String,
    name: String,
    products: Vec<ProductBounds>,
}

/// The fields for the bounds of a product.
struct ProductBounds {
    name: String,
    hint: String,
    /// The least and the most named seats, then shared ones.
    fields: Vec<BoundField>,
}

/// One number of the bounds; empty where there is none.
struct BoundField {
    name: String,
    label: &'static str,
    value: String,
}

/// The modes, as the form names them, with what they mean.
const MODES: [(&str, &str, &str); 4] = [
    (
        "free",
        "Free",
        "The account changes seats and minutes itself, as it likes.",
    ),
    (
        "within_bounds",
        "Within bounds",
        "The account changes seats and minutes itself, within bounds.",
    ),
    (
        "on_request",
        "On request",
        "The account asks, and you approve, change or decline.",
    ),
    ("closed", "Closed", "Only you change the subscription."),
];

/// Who changes a subscription, in a sentence.
pub(super) fn sentence(management: &Management) -> &'static str {
    let mode = MODES.iter().find(|(mode, ..)| *mode == management.as_str());
    mode.map_or("", |(_, _, sentence)| sentence)
}

/// A kind of seats: how the names of its fields begin, the labels of the least and the most, and its bound.
type Kind = (
    &'static str,
    [&'static str; 2],
    fn(&SeatBounds) -> Option<SeatBound>,
);

const KINDS: [Kind; 2] = [
    (
        "named",
        ["Named seats, at least", "Named seats, at most"],
        |bounds| bounds.named_seats,
    ),
    (
        "shared",
        ["Shared seats, at least", "Shared seats, at most"],
        |bounds| bounds.shared_seats,
    ),
];

/// The ends of a bound, in the names of fields.
const ENDS: [&str; 2] = ["min", "max"];

fn field(kind: &str, end: &str, product: &Product) -> String {
    format!("{kind}_{end}-{product}")
}

impl ManagementPage {
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    const fn modes(&self) -> [(&'static str, &'static str, &'static str); 4] {
        MODES
    }
}

impl ProductBounds {
    fn of(account: &Account, product: &Product) -> Self {
        let bounds = account.management().bounds();
        let bounds = bounds.and_then(|bounds| bounds.products.get(product));
        let bought = account.bought(product);
        let mut fields = Vec::with_capacity(2 * KINDS.len());
        for (kind, labels, of) in KINDS {
            let bound = bounds.and_then(of);
            let ends = [bound.map(|bound| bound.min), bound.map(|bound| bound.max)];
            for ((end, label), value) in ENDS.into_iter().zip(labels).zip(ends) {
                fields.push(BoundField {
                    name: field(kind, end, product),
                    label,
                    value: value.map(|value| value.to_string()).unwrap_or_default(),
                });
            }
        }
        Self {
            name: account.product_name(product),
            hint: format!(
                "{} named and {} shared seats now",
                bought.named_seats, bought.shared_seats
            ),
            fields,
        }
    }
}

pub(super) async fn show(
    by: OperatorAt<BillingManage>,
    Path(account): Path<String>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    Ok(page(&management_page(&by, account, Form::default()).await?))
}

async fn management_page(
    by: &OperatorAt<BillingManage>,
    account: AccountId,
    form: Form,
) -> Result<ManagementPage, Failed> {
    let look = |account: &Account, _| {
        let management = account.management();
        let of_bounds = management.bounds().into_iter();
        let of_bounds = of_bounds.flat_map(|bounds| bounds.products.keys());
        let bought = account.subscription().products.keys();
        let products: BTreeSet<&Product> = bought.chain(of_bounds).collect();
        let products = products.into_iter();
        (
            account.name().to_string(),
            management.clone(),
            products
                .map(|product| ProductBounds::of(account, product))
                .collect::<Vec<_>>(),
        )
    };
    let read = by.operator.app.engine().read(account, look).await;
    let (name, management, products) = read.map_err(Problem::from)?;
    let minutes = management.bounds().map(|bounds| bounds.minutes.to_string());
    let fields = products.iter().flat_map(|product| &product.fields);
    let values = fields
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .chain([
            ("mode", management.as_str()),
            ("minutes_max", minutes.as_deref().unwrap_or_default()),
        ]);
    let form = form.or_showing(values);
    Ok(ManagementPage {
        frame: by.frame(OperatorPage::Accounts),
        form,
        path: path_of(account),
        name,
        products,
    })
}

pub(super) async fn set(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<BillingManage>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let Some(management) = wanted(&mut form) else {
        return Ok(page_again(&management_page(&by, account, form).await?));
    };
    let command = Command::Account(AccountCommand::SetManagement { management });
    let caller = by.operator.in_account(account);
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => Ok(done(&path_of(account), "Who changes the subscription is set.")),
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(page_again(&management_page(&by, account, form).await?))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// The management of the form; `None` if there are errors, which are added to it.
fn wanted(form: &mut Form) -> Option<Management> {
    match form.value("mode") {
        "free" => Some(Management::Free),
        "on_request" => Some(Management::OnRequest),
        "closed" => Some(Management::Closed),
        "within_bounds" => bounds(form).map(Management::WithinBounds),
        _ => {
            form.wrong("mode", "Choose one of these.");
            None
        }
    }
}

fn bounds(form: &mut Form) -> Option<Bounds> {
    let fields = form.entries().filter_map(|(name, _)| {
        let (_, product) = name.split_once('-')?;
        product.parse::<Product>().ok()
    });
    let named: BTreeSet<Product> = fields.collect();
    let mut products = BTreeMap::new();
    for product in named {
        if let Some(bounds) = bounds_of(form, |kind, end| field(kind, end, &product)) {
            products.insert(product, bounds);
        }
    }
    if !form.value("new_product").trim().is_empty()
        && let Some(product) = new_product(form)
    {
        if products.contains_key(&product) {
            form.wrong("new_product", "This product is above: set its bounds there.");
        }
        let bounds = bounds_of(form, |kind, end| format!("new_{kind}_{end}"));
        products.insert(product, bounds.unwrap_or_default());
    }
    let minutes = number_or_none(form, "minutes_max");
    form.is_right().then_some(Bounds { products, minutes })
}

/// The bounds in the fields that `name` names; `None` if all of them are empty, so that the seats stay as they are.
fn bounds_of(form: &mut Form, name: impl Fn(&str, &str) -> String) -> Option<SeatBounds> {
    let [named_seats, shared_seats] = KINDS.map(|(kind, ..)| {
        let [min, max] = ENDS.map(|end| name(kind, end));
        bound(form, &min, &max)
    });
    let bounds = SeatBounds {
        named_seats,
        shared_seats,
    };
    (bounds != SeatBounds::default()).then_some(bounds)
}

/// A bound; `None` if both fields are empty, so that the seats of this kind stay as they are. Without a least number it
/// begins at 0, without a most it has no more than the least.
fn bound(form: &mut Form, min_field: &str, max_field: &str) -> Option<SeatBound> {
    if [min_field, max_field]
        .iter()
        .all(|field| form.value(field).trim().is_empty())
    {
        return None;
    }
    let min = number_or_none(form, min_field);
    let max = if form.value(max_field).trim().is_empty() {
        min
    } else {
        number(form, max_field).unwrap_or(min)
    };
    if max < min {
        form.wrong(max_field, format!("This must be at least {min}."));
    }
    Some(SeatBound { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(values: &[(&str, &str)]) -> Form {
        let mode = [("mode", "within_bounds")];
        Form::showing(mode.into_iter().chain(values.iter().copied()))
    }

    const fn bound(min: u32, max: u32) -> SeatBound {
        SeatBound { min, max }
    }

    #[test]
    fn a_product_or_kind_without_numbers_has_no_bounds() {
        let mut form = form(&[
            ("named_min-desk", ""),
            ("named_max-desk", ""),
            ("shared_min-desk", ""),
            ("shared_max-desk", " "),
            ("named_min-remote", "2"),
            ("named_max-remote", "20"),
            ("shared_min-remote", ""),
            ("shared_max-remote", ""),
            ("new_product", "meetings"),
            ("new_shared_max", "5"),
            ("minutes_max", "300"),
        ]);

        let Some(Management::WithinBounds(bounds)) = wanted(&mut form) else {
            panic!("{:?}", form.errors());
        };

        let remote = SeatBounds {
            named_seats: Some(bound(2, 20)),
            shared_seats: None,
        };
        let meetings = SeatBounds {
            named_seats: None,
            shared_seats: Some(bound(0, 5)),
        };
        let products = [("meetings", meetings), ("remote", remote)];
        let products = products.map(|(product, bounds)| (product.parse().unwrap(), bounds));
        assert_eq!(bounds.products, products.into());
        assert_eq!(bounds.minutes, 300);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        for (values, wrong) in [
            (
                &[("named_min-desk", "5"), ("named_max-desk", "4")][..],
                "named_max-desk",
            ),
            (&[("named_min-desk", "few")], "named_min-desk"),
            (&[("minutes_max", "-1")], "minutes_max"),
            (&[("new_product", "支援")], "new_product"),
            (&[("named_max-desk", "4"), ("new_product", "desk")], "new_product"),
        ] {
            let mut form = form(values);

            assert_eq!(wanted(&mut form), None, "{values:?}");
            assert!(form.error(wrong).is_some(), "{values:?}");
        }
        let mut other = Form::showing([("mode", "open")]);
        assert_eq!(wanted(&mut other), None);
        assert!(other.error("mode").is_some());
    }
}
