//! Reassigning a named seat to another user: one click to choose the seat, one to choose the user.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use usher_domain::command::LicenseCommand;
use usher_domain::permission::Privilege;
use usher_domain::refusal::StateRefusal;
use usher_domain::text::Product;
use usher_domain::user::{License, User};
use usher_domain::{Account, Actor, Command, Refusal, UserId};

use super::edit::{UserPath, guard, path_of, user_id};
use super::query::{Filter, UserQuery};
use super::words;
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::paging::{PageLinks, Paging};
use crate::said::named;
use crate::sentence;
use crate::viewer::Viewer;
use crate::work::{self, Question, Work};

/// People per page.
const CANDIDATES_MAX: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    product: String,
    q: String,
    page: String,
}

#[derive(Template)]
#[template(path = "users/reassign.html")]
struct ReassignPage {
    frame: Frame,
    form: Form,
    path: String,
    list: String,
    wanted: Wanted,
    seen: Reassignment,
}

/// The current holder, and users who could have the seat.
struct Reassignment {
    holder: String,
    slug: String,
    product: String,
    devices: usize,
    /// Other products for which the holder has a named seat: slug and name.
    others: Vec<(String, String)>,
    people: Vec<Candidate>,
    paging: Paging,
}

/// A user who could have the seat.
struct Candidate {
    id: UserId,
    name: String,
    email: String,
    now: String,
}

pub(super) async fn show(
    viewer: Viewer,
    Path((_, user)): UserPath,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    Ok(page(&reassign_page(&viewer, id, wanted, Form::default()).await?))
}

pub(super) async fn reassign(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let from = user_id(&user)?;
    let to = user_id(form.value("to"))?;
    let product: Product = form
        .value("product")
        .parse()
        .map_err(|_| Failed::not_found("product"))?;
    guard(&viewer, Privilege::SeatsManage).await?;
    if let Some(asked) = ask_first(&viewer, &form, from, to, product.clone()).await? {
        return Ok(asked);
    }
    let command = Command::License(LicenseCommand::Reassign {
        product: product.clone(),
        from,
        to,
        seen: Some(License::Named),
    });
    let seat = product.clone();
    let said = move |account: &Account, (): &(), _| {
        let name = |user| account.user(user).map(|user| named(user.profile.name.reveal()));
        let (heir, holder) = (name(to).unwrap_or_default(), name(from).unwrap_or_default());
        let seat = named(account.product_name(&seat));
        format!("{heir} has the seat of {seat} now, in place of {holder}.")
    };
    match viewer.execute(command, said).await? {
        Ok(message) => Ok(done(&NavPage::Users.path(viewer.account), message)),
        // The seat is gone, so there is nothing to choose.
        Err(refusal @ Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => {
            Ok(done(&path_of(&viewer, from), sentence::of(&refusal)))
        }
        Err(Refusal::Invalid { field: "to", .. }) => {
            form.wrong(
                "",
                "This user has a named seat of this product already. Choose somebody else.",
            );
            again(&viewer, from, &product, form).await
        }
        Err(refusal @ (Refusal::NotFound { .. } | Refusal::Forbidden { .. })) => {
            Err(Failed::refused(&refusal))
        }
        Err(refusal) => {
            form.wrong("", sentence::of(&refusal));
            again(&viewer, from, &product, form).await
        }
    }
}

/// Asks before the change ends what one of the two is doing with the product (L5).
async fn ask_first(
    viewer: &Viewer,
    form: &Form,
    from: UserId,
    to: UserId,
    product: Product,
) -> Result<Option<Response>, Failed> {
    let path = path_of(viewer, from);
    let question = Question {
        nav: NavPage::Users,
        action: format!("{path}/reassign"),
        back: format!("{path}/reassign?product={product}"),
        may_wait: false,
        now: "Reassign now",
    };
    let see = move |account: &Account, actor: &Actor, _| {
        let user = |id| account.user(id).ok_or(Refusal::NotFound { what: "user" });
        let (holder, heir) = (user(from)?, user(to)?);
        let (of, name) = (
            named(account.product_name(&product)),
            named(heir.profile.name.reveal()),
        );
        let asked = format!("Give the named seat of {of} to {name}?");
        Ok((asked, Work::of(account, actor, [holder, heir], Some(&product))))
    };
    work::ask(viewer, form, question, see).await
}

/// The page again, with an error.
async fn again(viewer: &Viewer, from: UserId, product: &Product, form: Form) -> Result<Response, Failed> {
    let wanted = Wanted {
        product: product.to_string(),
        ..Wanted::default()
    };
    Ok(page_again(&reassign_page(viewer, from, wanted, form).await?))
}

impl Reassignment {
    fn of(account: &Account, actor: &Actor, id: UserId, wanted: &Wanted) -> Result<Self, Refusal> {
        account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
        let holder = account.user(id).ok_or(Refusal::NotFound { what: "user" })?;
        let named = holder.licenses.iter().filter(|(_, it)| **it == License::Named);
        let named: Vec<_> = named.map(|(product, _)| product).collect();
        let product = named.iter().find(|product| product.as_str() == wanted.product);
        let product = product.or_else(|| named.first()).copied();
        let product = product.ok_or(Refusal::NotFound { what: "named seat" })?;
        let query = UserQuery {
            q: wanted.q.clone(),
            status: "active".to_owned(),
            ..UserQuery::default()
        };
        let filter = Filter::of(&query);
        let mut users = filter.matching(account);
        users.retain(|user| user.licenses.get(product) != Some(&License::Named));
        let paging = Paging::of(&wanted.page, CANDIDATES_MAX, users.len());
        let shown = filter.cut(account, users, paging);
        Ok(Self {
            holder: holder.profile.name.reveal().to_string(),
            slug: product.to_string(),
            product: account.product_name(product),
            devices: account.sign_ins_of(holder, product).count(),
            others: named
                .iter()
                .filter(|other| **other != product)
                .map(|other| (other.to_string(), account.product_name(other)))
                .collect(),
            people: shown
                .into_iter()
                .map(|user| Candidate::of(account, product, user))
                .collect(),
            paging,
        })
    }
}

impl Candidate {
    fn of(account: &Account, product: &Product, user: &User) -> Self {
        Self {
            id: user.id,
            name: user.profile.name.reveal().to_string(),
            email: user.profile.email.reveal().to_string(),
            now: words::license(account, user.licenses.get(product)),
        }
    }
}

impl ReassignPage {
    /// The links to the other pages of people.
    fn links(&self) -> PageLinks {
        let path = format!("{}/reassign", self.path);
        let query = [
            ("product", self.seen.slug.as_str()),
            ("q", self.wanted.q.as_str()),
        ];
        self.seen.paging.links(&path, &query)
    }
}

async fn reassign_page(
    viewer: &Viewer,
    id: UserId,
    wanted: Wanted,
    form: Form,
) -> Result<ReassignPage, Failed> {
    let asked = Arc::new(wanted.clone());
    let look = move |account: &Account, actor: &Actor, _| Reassignment::of(account, actor, id, &asked);
    let (frame, seen) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(ReassignPage {
        frame,
        form,
        path: path_of(viewer, id),
        list: NavPage::Users.path(viewer.account),
        wanted,
        seen,
    })
}
