//! Requests for seats, for those who manage seats: who asks for what, and the answer (L14).

mod view;

use axum::extract::{Path, Query};
use axum::http::Uri;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;
use usher_domain::command::SeatRequestCommand;
use usher_domain::permission::Privilege;
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Note, Product};
use usher_domain::user::License;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use self::view::{AnswerPage, OpenRequest, Requests, RequestsData, RequestsPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::pages::days;
use crate::pages::users::licenses;
use crate::routes::{Pages, get};
use crate::said::named;
use crate::viewer::Viewer;
use crate::work::{self, Question};

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/requests", get(show))
        .route("/a/{account}/requests/live", get(live::stream::<RequestsPage>))
        .route("/a/{account}/requests/{user}/{product}", get(open).post(answer))
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RequestsQuery {
    #[serde(default)]
    page: String,
}

/// The account, the user who asks, and the product.
type RequestPath = Path<(String, String, String)>;

async fn show(viewer: Viewer, query: Query<RequestsQuery>, uri: Uri) -> Result<Response, Failed> {
    let (frame, live) = live::open::<RequestsPage>(&viewer, query.0, &uri).await?;
    Ok(page(&RequestsPage { frame, live }))
}

async fn open(viewer: Viewer, Path((_, user, product)): RequestPath) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::SeatsManage).await?;
    let (user, product) = ids(&user, &product)?;
    match answer_page(&viewer, user, &product, Form::default()).await? {
        Some(shown) => Ok(page(&shown)),
        None => Ok(asks_no_more(&viewer)),
    }
}

async fn answer(
    Path((_, user, product)): RequestPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::SeatsManage).await?;
    let (user, product) = ids(&user, &product)?;
    let now = viewer.portal.app.engine().now();
    let zone = viewer.account_zone().await;
    let declines = form.value("answer") == "decline";
    let command = if declines {
        decline(user, &product, &mut form)
    } else {
        grant(user, &product, &mut form, &zone, now)
    };
    let command = command.filter(|_| form.is_right()).map(Command::SeatRequest);
    if let Some(command) = &command
        && let Some(asked) = ask_first(&viewer, &form, user, &product, command).await?
    {
        return Ok(asked);
    }
    let refused = match command {
        Some(command) => {
            let look = move |account: &Account, (): &(), _| account.user(user).map(name_of);
            match viewer.execute(command, look).await? {
                Ok(name) => {
                    let name = named(name.unwrap_or_default());
                    let said = if declines {
                        format!("{name} is told that there is no seat.")
                    } else {
                        format!("{name} has a seat now.")
                    };
                    return Ok(done(&NavPage::Requests.path(viewer.account), said));
                }
                Err(refusal) => Some(refusal),
            }
        }
        None => None,
    };
    match refused {
        Some(Refusal::State(StateRefusal::ChangedMeanwhile { .. })) => return Ok(asks_no_more(&viewer)),
        Some(Refusal::NotFound { what }) => return Err(Failed::not_found(what)),
        Some(refusal) => form.refused(&refusal),
        None => {}
    }
    match answer_page(&viewer, user, &product, form).await? {
        Some(shown) => Ok(page_again(&shown)),
        None => Ok(asks_no_more(&viewer)),
    }
}

/// Asks before another license ends what the user is doing with the one that they have (L5).
async fn ask_first(
    viewer: &Viewer,
    form: &Form,
    user: UserId,
    product: &Product,
    command: &Command,
) -> Result<Option<Response>, Failed> {
    let action = format!("{}/{user}/{product}", NavPage::Requests.path(viewer.account));
    let question = Question {
        nav: NavPage::Requests,
        back: action.clone(),
        action,
        // The request is answered with what is given now.
        may_wait: false,
        now: "Give the seat now",
    };
    let of = product.clone();
    let asked = move |account: &Account| {
        let name = account.user(user).map(name_of).unwrap_or_default();
        let product = named(account.product_name(&of));
        format!("Give {} another seat of {product}?", named(name))
    };
    work::ask_before(viewer, form, question, command.clone(), asked).await
}

fn decline(user: UserId, product: &Product, form: &mut Form) -> Option<SeatRequestCommand> {
    let note = if form.value("reason").trim().is_empty() {
        None
    } else {
        Some(form.parse::<Note>("reason")?)
    };
    Some(SeatRequestCommand::Decline {
        user,
        product: product.clone(),
        note,
    })
}

fn grant(
    user: UserId,
    product: &Product,
    form: &mut Form,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<SeatRequestCommand> {
    let license = match form.value("license") {
        "named" => Some(License::Named),
        pool => pool.parse().ok().map(License::Shared),
    };
    if license.is_none() {
        form.wrong("license", "Choose one of these.");
    }
    let until = days::last_day(form, "until", zone, now);
    Some(SeatRequestCommand::Grant {
        user,
        product: product.clone(),
        license: license?,
        until,
    })
}

async fn answer_page(
    viewer: &Viewer,
    user: UserId,
    product: &Product,
    form: Form,
) -> Result<Option<AnswerPage>, Failed> {
    let chosen = form.value("license").to_owned();
    let of = product.clone();
    let look = move |account: &Account, actor: &Actor, _| {
        let user = account.user(user).ok_or(Refusal::NotFound { what: "user" })?;
        let request = user.seat_request(&of).filter(|request| request.is_open());
        Ok(request.map(|request| {
            let choices = licenses::choices(account, &of, &chosen, "");
            let choices = choices.into_iter().filter(|choice| choice.value != "none");
            (
                OpenRequest::of(account, actor, user, &of, request),
                choices.collect(),
            )
        }))
    };
    let (frame, asked) = viewer.look(Some(NavPage::Requests), look).await?;
    Ok(asked.map(|(asked, choices)| AnswerPage {
        frame,
        form,
        asked,
        choices,
        list: NavPage::Requests.path(viewer.account),
    }))
}

fn ids(user: &str, product: &str) -> Result<(UserId, Product), Failed> {
    let user = user.parse().map_err(|_| Failed::not_found("user"))?;
    let product = product.parse().map_err(|_| Failed::not_found("product"))?;
    Ok((user, product))
}

fn name_of(user: &usher_domain::user::User) -> String {
    user.profile.name.reveal().to_string()
}

/// Somebody else was faster, or the user has withdrawn the request.
fn asks_no_more(viewer: &Viewer) -> Response {
    let to = NavPage::Requests.path(viewer.account);
    done(&to, "That person does not ask for a seat any more.")
}

impl LivePage for RequestsPage {
    type Query = RequestsQuery;
    type Data = RequestsData;
    type Fragment = Requests;

    const NAV_PAGE: NavPage = NavPage::Requests;

    fn see(
        account: &Account,
        actor: &Actor,
        query: &RequestsQuery,
        _: Timestamp,
    ) -> Result<RequestsData, Refusal> {
        account.need_in_account(actor, Privilege::SeatsManage)?;
        Ok(RequestsData::of(account, actor, &query.page))
    }

    async fn show(_: &Viewer, _: &RequestsQuery, seen: RequestsData) -> Result<Requests, Failed> {
        Ok(Requests { seen })
    }
}
