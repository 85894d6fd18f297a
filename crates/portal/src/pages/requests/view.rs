//! The data of the requests page.

use askama::Template;
use usher_domain::seat_request::SeatRequest;
use usher_domain::text::{Note, Product};
use usher_domain::user::User;
use usher_domain::{Account, Actor, UserId};

use crate::answer::Frame;
use crate::form::Form;
use crate::linked::Linked;
use crate::live::Live;
use crate::nav::NavPage;
use crate::pages::users::{Choice, license_link};
use crate::paging::Paging;
use crate::shown::{Moment, ProductLabel};

/// Requests per page.
const ROWS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "requests/page.html")]
pub(super) struct RequestsPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
}

/// The live part.
#[derive(Template)]
#[template(path = "requests/requests.html")]
pub(super) struct Requests {
    pub(super) seen: RequestsData,
}

/// A request, with the forms for its answer.
#[derive(Template)]
#[template(path = "requests/answer.html")]
pub(super) struct AnswerPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) asked: OpenRequest,
    /// The licenses to choose from.
    pub(super) choices: Vec<Choice>,
    pub(super) list: String,
}

/// The data that is copied out of the account.
pub(super) struct RequestsData {
    pub(super) rows: Vec<OpenRequest>,
    pub(super) paging: Paging,
    pub(super) path: String,
}

/// An open request.
pub(super) struct OpenRequest {
    pub(super) user: UserId,
    pub(super) who: Linked,
    pub(super) email: String,
    pub(super) product: ProductLabel,
    pub(super) slug: String,
    /// The license that the user has.
    pub(super) now: Linked,
    pub(super) note: Note,
    pub(super) since: Moment,
    /// Where it is answered.
    pub(super) answer: String,
}

impl RequestsData {
    pub(super) fn of(account: &Account, actor: &Actor, page: &str) -> Self {
        let mut open: Vec<_> = account.open_seat_requests().collect();
        open.sort_by_key(|(_, _, request)| request.sent_at);
        let paging = Paging::of(page, ROWS_MAX, open.len());
        let rows = open.iter().skip(paging.skip).take(ROWS_MAX);
        Self {
            rows: rows
                .map(|(user, product, request)| OpenRequest::of(account, actor, user, product, request))
                .collect(),
            paging,
            path: NavPage::Requests.path(account.id()),
        }
    }
}

impl OpenRequest {
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        user: &User,
        product: &Product,
        request: &SeatRequest,
    ) -> Self {
        let requests = NavPage::Requests.path(account.id());
        Self {
            user: user.id,
            who: Linked::user(account, actor, user),
            email: user.profile.email.reveal().to_string(),
            product: ProductLabel::of(account, product),
            slug: product.to_string(),
            now: license_link(account, actor, user.licenses.get(product)),
            note: request.note.reveal().clone(),
            since: Moment(account.shown(request.sent_at)),
            answer: format!("{requests}/{}/{product}", user.id),
        }
    }
}
