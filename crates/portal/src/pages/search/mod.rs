//! The search over everything of the account that the viewer may see.

mod find;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use usher_domain::{Account, Actor};

use self::find::Group;
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new().route("/a/{account}/search", get(show))
}

#[derive(Debug, Default, Deserialize)]
struct SearchQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search/page.html")]
struct SearchPage {
    frame: Frame,
    q: String,
    groups: Vec<Group>,
}

async fn show(viewer: Viewer, query: Query<SearchQuery>) -> Result<Response, Failed> {
    let q: String = query.0.q.trim().chars().take(find::CHARS_MAX).collect();
    let asked = q.clone();
    let look = move |account: &Account, actor: &Actor, _| Ok(find::groups(account, actor, &asked));
    let (frame, groups) = viewer.look(None, look).await?;
    Ok(page(&SearchPage { frame, q, groups }))
}
