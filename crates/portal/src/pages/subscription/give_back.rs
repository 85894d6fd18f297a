//! The question which pools and which named seats give when seats end (L13), with the proposal filled in.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::Response;
use usher_domain::command::AccountCommand;
use usher_domain::give_back::{GiveBack, NextEnd};
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Command, PoolId, Refusal, UserId};

use super::ends::seats_end;
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::linked::Linked;
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::shown::{Moment, ProductChoice};
use crate::viewer::Viewer;

/// The most users who are offered for a choice; those after them worked more recently.
const USERS_SHOWN: usize = 200;

pub(super) fn routes() -> Pages {
    Pages::new().route("/a/{account}/give-back", get(show).post(choose))
}

#[derive(Template)]
#[template(path = "subscription/give_back.html")]
struct GiveBackPage {
    frame: Frame,
    form: Form,
    ends: Vec<End>,
    over: Vec<Over>,
}

/// The next end of a product's seats.
struct End {
    product: ProductChoice,
    /// How many seats end, with the verb.
    what_ends: String,
    until: Moment,
    /// How many of the seats that end nobody has.
    named_unassigned: u32,
    shared_unallocated: u32,
    /// How many seats have to be given back besides these.
    named: u32,
    shared: u32,
    pools: Vec<PoolShown>,
    users: Vec<UserShown>,
    users_unlisted: usize,
    is_chosen: bool,
    /// Whether this is the form that was sent, and is shown again with its errors.
    is_wrong: bool,
}

struct PoolShown {
    id: PoolId,
    of: Linked,
    seats: u32,
    occupied: u32,
    gives: String,
}

struct UserShown {
    id: UserId,
    name: String,
    state: (&'static str, &'static str),
    unused_since: Option<Moment>,
    gives: bool,
}

/// A product that is over its subscription.
struct Over {
    product: ProductChoice,
    named: u32,
    /// The users who give their seats back.
    users: Vec<Linked>,
}

/// The page's address, for viewers who may choose, if anything ends or is over.
pub(super) fn link(account: &Account, actor: &Actor) -> Option<String> {
    let subscription = account.subscription();
    let mut products = subscription.products.keys();
    let is_asked = products
        .any(|product| subscription.temporary.contains_key(product) || account.over(product).is_some());
    let may = account.may(actor, Privilege::SeatsManage);
    (is_asked && may).then(|| format!("/a/{}/give-back", account.id()))
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    Ok(page(&give_back_page(&viewer, Form::default()).await?))
}

async fn give_back_page(viewer: &Viewer, form: Form) -> Result<GiveBackPage, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SeatsManage)?;
        let products = || account.subscription().products.keys();
        let ends: Vec<End> = products()
            .filter_map(|product| Some(End::of(account, actor, product, &account.next_end(product)?)))
            .collect();
        let over: Vec<Over> = products()
            .filter_map(|product| Over::of(account, actor, product))
            .collect();
        Ok((ends, over))
    };
    let (frame, (mut ends, over)) = viewer.look(Some(NavPage::SeatPools), look).await?;
    for end in &mut ends {
        end.keep_sent(&form);
    }
    Ok(GiveBackPage {
        frame,
        form,
        ends,
        over,
    })
}

async fn choose(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let product: Product = form
        .value("product")
        .parse()
        .map_err(|_| Failed::not_found("product"))?;
    let is_choice = form.value("act") != "propose";
    let choice = if is_choice {
        chosen(&mut form)
    } else {
        GiveBack::default()
    };
    if form.is_right() {
        let command = Command::Account(AccountCommand::ChooseGiveBack { product, choice });
        match viewer.execute(command, |_, (), _| ()).await? {
            Ok(()) => {
                let message = if is_choice {
                    "Your choice is saved. It is carried out at the end, unless you change it."
                } else {
                    "The proposal applies at the end."
                };
                return Ok(done(&format!("/a/{}/give-back", viewer.account), message));
            }
            Err(refusal @ Refusal::Forbidden { .. }) => return Err(Failed::refused(&refusal)),
            Err(refusal) => form.refused(&refusal),
        }
    }
    Ok(page_again(&give_back_page(&viewer, form).await?))
}

/// What the form says that pools and users give.
fn chosen(form: &mut Form) -> GiveBack {
    let mut pools = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, value) in form.entries() {
        let Some(id) = name.strip_prefix("pool-") else {
            continue;
        };
        match (id.parse::<PoolId>(), value.trim().parse::<u32>()) {
            (Ok(_), Ok(0)) => {}
            (Ok(id), Ok(seats)) => {
                pools.insert(id, seats);
            }
            (Ok(_), Err(_)) if value.trim().is_empty() => {}
            _ => wrong.push(name.clone()),
        }
    }
    for name in wrong {
        form.wrong(&name, "This must be a number of seats.");
    }
    let users: BTreeSet<UserId> = form.all("users").filter_map(|id| id.parse().ok()).collect();
    GiveBack { pools, users }
}

impl End {
    fn of(account: &Account, actor: &Actor, product: &Product, end: &NextEnd) -> Self {
        // A pool without seats has none to give.
        let pools = account.pools().values();
        let pools = pools.filter(|pool| pool.product == *product && pool.seats > 0);
        let pools = pools.map(|pool| PoolShown {
            id: pool.id,
            of: Linked::pool(account, actor, pool),
            seats: pool.seats,
            occupied: pool.occupied(),
            gives: end
                .give_back
                .pools
                .get(&pool.id)
                .copied()
                .unwrap_or_default()
                .to_string(),
        });
        let named = end.seats.named_seats.saturating_sub(end.named_unassigned);
        let holders = if named > 0 {
            account.named_holders_by_use(product)
        } else {
            Vec::new()
        };
        let users_unlisted = holders.len().saturating_sub(USERS_SHOWN);
        let users = holders.into_iter().take(USERS_SHOWN).map(|user| UserShown {
            id: user.id,
            name: user.profile.name.reveal().to_string(),
            state: if !user.active {
                ("Inactive", "quiet")
            } else if account.is_at_work(user, product) {
                ("Signed in", "good")
            } else {
                ("Not signed in", "quiet")
            },
            unused_since: user.unused_since(product).map(|at| Moment(account.shown(at))),
            gives: end.give_back.users.contains(&user.id),
        });
        Self {
            product: ProductChoice::of(account, product),
            what_ends: seats_end(&account.product_name(product), end.seats),
            until: Moment(account.shown(end.seats.until)),
            named_unassigned: end.named_unassigned,
            shared_unallocated: end.shared_unallocated,
            named,
            shared: end.seats.shared_seats.saturating_sub(end.shared_unallocated),
            pools: pools.collect(),
            users: users.collect(),
            users_unlisted,
            is_chosen: !end.chosen.is_empty(),
            is_wrong: false,
        }
    }

    /// Shows what was sent instead of what applies, if this form is shown again.
    fn keep_sent(&mut self, form: &Form) {
        if form.is_right() || form.value("product") != self.product.slug {
            return;
        }
        self.is_wrong = true;
        for pool in &mut self.pools {
            form.value(&format!("pool-{}", pool.id))
                .clone_into(&mut pool.gives);
        }
        for user in &mut self.users {
            user.gives = form.all("users").any(|id| id == user.id.to_string());
        }
    }
}

impl Over {
    fn of(account: &Account, actor: &Actor, product: &Product) -> Option<Self> {
        let over = account.over(product)?;
        let users = over.leaving.iter().filter_map(|id| account.user(*id));
        Some(Self {
            product: ProductChoice::of(account, product),
            named: over.named_seats,
            users: users.map(|user| Linked::user(account, actor, user)).collect(),
        })
    }
}
