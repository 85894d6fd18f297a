//! Choosing licenses: of a user, of a new user for all products, of a group.

use std::collections::BTreeMap;

use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::text::{Product, counted};
use usher_domain::user::License;
use usher_domain::{Account, Actor};

use super::words::Choice;
use crate::form::Form;
use crate::order;
use crate::said::named;

/// A product, and the choice of a license for it.
#[derive(Debug)]
pub(crate) struct LicenseField {
    /// The name of the field: `license-remote-support`.
    pub(crate) field: String,
    /// What people call the product.
    pub(crate) product: String,
    pub(crate) choices: Vec<Choice>,
}

/// The submitted choices, by the name of their field; empty for a form that was not submitted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen(BTreeMap<String, String>);

/// The name of a product's field.
pub(crate) fn field_of(product: &Product) -> String {
    format!("license-{product}")
}

/// The product of a field; `None` if it is another field.
pub(crate) fn product_of(field: &str) -> Option<Product> {
    field.strip_prefix("license-")?.parse().ok()
}

/// A license as the value of a choice.
pub(crate) fn license_word(license: Option<&License>) -> String {
    match license {
        None => "none".to_owned(),
        Some(License::Named) => "named".to_owned(),
        Some(License::Shared(pool)) => pool.to_string(),
    }
}

impl Chosen {
    pub(crate) fn of(form: &Form) -> Self {
        let fields = form.entries();
        Self(fields.filter(|(name, _)| product_of(name).is_some()).collect())
    }

    /// The chosen licenses. Choices that mean nothing are added to the form as errors.
    pub(crate) fn licenses(&self, form: &mut Form) -> BTreeMap<Product, License> {
        let mut licenses = BTreeMap::new();
        for (field, word) in &self.0 {
            let Some(product) = product_of(field) else {
                continue;
            };
            let license = match word.as_str() {
                "none" => continue,
                "named" => Ok(License::Named),
                pool => pool.parse().map(License::Shared),
            };
            match license {
                Ok(license) => {
                    licenses.insert(product, license);
                }
                Err(_) => form.wrong(field, "Choose one of these."),
            }
        }
        licenses
    }
}

impl LicenseField {
    /// A choice for each product of the account, for somebody new. Where there is only one product, what is most likely
    /// is chosen from the start: a named seat that is free, or else the default pool. Of several products none is
    /// guessed.
    pub(crate) fn for_new(account: &Account, actor: &Actor, chosen: &Chosen) -> Vec<Self> {
        Self::for_several(account, actor, chosen, 1)
    }

    /// The same for as many people at once: named seats are the likely choice only if there is one for each.
    pub(crate) fn for_several(account: &Account, actor: &Actor, chosen: &Chosen, people: usize) -> Vec<Self> {
        // A named seat comes with creating the user (L6); only viewers who manage seats can put them into a pool.
        let may_share = account.may(actor, Privilege::SeatsManage);
        let products: Vec<_> = account.subscription().products.keys().collect();
        let fields = products.iter().map(|product| {
            let field = field_of(product);
            let first = || match products.as_slice() {
                [_] => likely(account, product, may_share, people),
                _ => "none".to_owned(),
            };
            let word = chosen.0.get(&field).cloned().unwrap_or_else(first);
            let mut choices = choices(account, product, &word, "No license");
            choices.retain(|it| may_share || matches!(it.value.as_str(), "none" | "named"));
            Self {
                product: account.product_name(product),
                choices,
                field,
            }
        });
        fields.collect()
    }
}

/// The choice for new users of an account with this product alone.
fn likely(account: &Account, product: &Product, may_share: bool, people: usize) -> String {
    let left = left(account, product) as usize;
    if left >= people.max(1) {
        return "named".to_owned();
    }
    let mut pools = pools(account, product);
    let default = pools.find(|pool| pool.default && may_share && shares(account));
    match default {
        Some(pool) if pool.seats > 0 || left == 0 => pool.id.to_string(),
        _ if left > 0 => "named".to_owned(),
        _ => "none".to_owned(),
    }
}

/// Why there are not enough named seats for as many people, as a sentence that says what else to choose; `None` if there
/// are.
pub(crate) fn too_few_named(account: &Account, product: &Product, people: usize) -> Option<String> {
    let left = left(account, product) as usize;
    if people <= left {
        return None;
    }
    let name = named(account.product_name(product));
    let left = match left {
        0 => format!("no named seat of {name} is left"),
        1 => format!("only one named seat of {name} is left"),
        left => format!("only {left} named seats of {name} are left"),
    };
    let needed = counted(people, "person", "people");
    let pool = pools(account, product).find(|pool| pool.default && pool.seats > 0 && shares(account));
    let instead = match pool {
        Some(pool) => format!("Choose the pool {}, whose seats they share", named(&pool.name)),
        None => "Choose “No license” for now".to_owned(),
    };
    Some(format!("{left}, for {needed}. {instead}, or add fewer people."))
}

/// The choices of a product's license: `none`, `named`, or the id of a pool. What cannot be had is disabled, with the
/// reason, unless it is the chosen one.
pub(crate) fn choices(account: &Account, product: &Product, chosen: &str, none: &str) -> Vec<Choice> {
    let bought = account.bought(product).named_seats;
    let named_seat = match (left(account, product), bought) {
        (_, 0) => Err("none bought".to_owned()),
        (0, 1) => Err("none left, the only one is assigned".to_owned()),
        (0, all) => Err(format!("none left, all {all} are assigned")),
        (left, _) => Ok(format!("{left} left")),
    };
    let no_shared = (!shares(account)).then_some("not in your plan");
    let first = [
        Choice::new("none", none, chosen),
        match named_seat {
            Ok(left) => Choice::new("named", format!("Named seat ({left})"), chosen),
            Err(why) => Choice::new("named", format!("Named seat ({why})"), chosen).unavailable(),
        },
    ];
    let shared = pools(account, product).map(|pool| {
        let label = |what: &str| format!("Shared seat of the pool {} ({what})", pool.name);
        let id = pool.id.to_string();
        match no_shared {
            Some(why) => Choice::new(id, label(why), chosen).unavailable(),
            None => Choice::new(id, label(&size(pool)), chosen),
        }
    });
    first.into_iter().chain(shared).collect()
}

/// `3 seats, 12 users`.
fn size(pool: &Pool) -> String {
    let seats = counted(pool.seats, "seat", "seats");
    let users = counted(pool.users().len(), "user", "users");
    format!("{seats}, {users}")
}

/// The named seats of a product that can still be assigned.
pub(crate) fn left(account: &Account, product: &Product) -> u32 {
    let bought = account.bought(product).named_seats;
    bought.saturating_sub(account.named_assigned(product))
}

/// The pools of a product, in the order in which the reader looks for them.
fn pools<'a>(account: &'a Account, product: &'a Product) -> impl Iterator<Item = &'a Pool> {
    let pools = order::pools(account).into_iter();
    pools.filter(move |pool| pool.product == *product)
}

/// Whether the plan includes shared seats (L7).
fn shares(account: &Account) -> bool {
    let plan = account.subscription().plan.as_ref();
    plan.is_none_or(|plan| plan.shared_seats)
}

/// The licenses as a phrase for a sentence: `a named seat of Remote support and a shared seat of Chat (pool Night)`.
/// Empty if there are none.
pub(crate) fn phrase(account: &Account, licenses: &BTreeMap<Product, License>) -> String {
    let phrases = licenses.iter().map(|(product, license)| {
        let of = named(account.product_name(product));
        match license {
            License::Named => format!("a named seat of {of}"),
            License::Shared(pool) => {
                let pool = account.pool(*pool).map(|pool| named(&pool.name));
                format!("a shared seat of {of} (pool {})", pool.unwrap_or_default())
            }
        }
    });
    let phrases: Vec<_> = phrases.collect();
    match phrases.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
