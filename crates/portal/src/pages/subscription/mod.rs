//! What the account has bought, how much of it is in use, and where more is bought or asked for (L9, L10): for the billing
//! contact.

mod change;
mod ends;
mod give_back;
mod requests;
mod view;

use axum::response::Response;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, TopUpId};

pub(super) use self::ends::{Ends, notices};
pub(super) use self::requests::{answered, lines};
use self::view::{SubscriptionData, SubscriptionPage};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/subscription", get(show).post(change::seats))
        .route("/a/{account}/subscription/minutes", post(change::minutes))
        .route(
            "/a/{account}/subscription/requests/{request}/remove",
            post(requests::remove),
        )
        .merge(give_back::routes())
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    let forms = Forms::default();
    Ok(page(&subscription_page(&viewer, forms).await?))
}

/// The forms of the page, as they were sent.
#[derive(Debug, Default)]
struct Forms {
    seats: Form,
    minutes: Form,
}

/// The page with a form that has errors.
async fn again(viewer: &Viewer, forms: Forms) -> Result<Response, Failed> {
    Ok(page_again(&subscription_page(viewer, forms).await?))
}

async fn subscription_page(viewer: &Viewer, forms: Forms) -> Result<SubscriptionPage, Failed> {
    let app = &viewer.portal.app;
    let plans = app.config().plans.clone();
    let look = move |account: &Account, actor: &Actor, now| {
        account.need_in_account(actor, Privilege::SubscriptionManage)?;
        Ok(SubscriptionData::of(account, actor, &plans, now))
    };
    let (frame, seen) = viewer.look(Some(NavPage::Subscription), look).await?;
    let values: Vec<_> = seen.initial_values().collect();
    let values = values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let seats = forms.seats.or_showing(values).keeping(&seen.bought);
    // A form that is sent twice, for example by reloading the response, adds its minutes once.
    let top_up = TopUpId::from_bits(usher_identity::draw_bits(app.engine().now())?).to_string();
    let minutes = forms
        .minutes
        .or_showing([("top_up", top_up.as_str()), ("minutes", "")]);
    Ok(SubscriptionPage {
        frame,
        path: NavPage::Subscription.path(viewer.account),
        seen,
        seats,
        minutes,
    })
}
