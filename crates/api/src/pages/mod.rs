//! Pages for people: the meaning of each problem code, and the API document in readable form. They are rendered once,
//! from tables and the document, and load nothing from elsewhere.

mod docs;
mod text;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use self::docs::Docs;
use self::text::Html;
use crate::problem::{Kind, Problem};
use crate::server::Server;

/// What a page may load: its own style and script, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer if a page cannot be rendered.
const NO_PAGE: &str = "Usher could not make this page. Tell the operator of this server: its log says why.\n";

/// How long a copy may be cached: pages only change with the program.
const CACHE: &str = "public, max-age=300";

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    version: &'a str,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems<'a> {
    kinds: &'a [&'static Kind],
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    kind: &'static Kind,
    what: Html,
    why: Html,
    remedy: Html,
}

/// The guides beside the document: the name in the address, and the text.
const GUIDES: &[(&str, &str)] = &[
    ("credentials", include_str!("../../guides/credentials.md")),
    ("heartbeats", include_str!("../../guides/heartbeats.md")),
    ("streams", include_str!("../../guides/streams.md")),
];

/// A guide: its title and its text.
#[derive(Template)]
#[template(path = "guide.html")]
struct Guide {
    title: String,
    text: Html,
}

impl Guide {
    fn of(text: &str) -> Self {
        let (title, text) = text.split_once("\n\n").unwrap_or((text, ""));
        Self {
            title: title.trim_start_matches("# ").to_owned(),
            text: Html::of(text),
        }
    }
}

pub(crate) fn routes(document: &OpenApi) -> Router<Server> {
    let index = render(&Index {
        version: &document.info.version,
    });
    let kinds: Vec<_> = Kind::all().collect();
    let problems = render(&Problems { kinds: &kinds });
    let docs = render(&Docs::of(document));
    Router::new()
        .route("/", get(move || std::future::ready(page(index.clone()))))
        .route("/docs", get(move || std::future::ready(page(docs.clone()))))
        .route(
            "/problems",
            get(move || std::future::ready(page(problems.clone()))),
        )
        .route("/problems/{code}", get(problem))
        .route("/docs/{guide}", get(guide))
        .route("/docs/style.css", get(style))
        .route("/docs/search.js", get(search))
}

async fn problem(Path(code): Path<String>) -> Result<Response, Problem> {
    let kind = Kind::find(&code).ok_or_else(|| Problem::not_found("problem code"))?;
    let shown = ProblemPage {
        kind,
        what: Html::of(kind.what),
        why: Html::of(kind.why),
        remedy: Html::of(kind.remedy),
    };
    Ok(page(render(&shown)))
}

async fn guide(Path(name): Path<String>) -> Result<Response, Problem> {
    let guide = GUIDES.iter().find(|(guide, _)| *guide == name);
    let (_, text) = guide.ok_or_else(|| Problem::not_found("guide"))?;
    Ok(page(render(&Guide::of(text))))
}

async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("../../static/style.css"))
}

async fn search() -> impl IntoResponse {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../../static/search.js"),
    )
}

fn asset(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, CACHE)],
        text,
    )
}

/// A page as text; `None` if it cannot be rendered, which is a bug in Usher and logged.
fn render(page: &impl Template) -> Option<Bytes> {
    let html = page.render().inspect_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
    });
    html.map(Bytes::from).ok()
}

fn page(html: Option<Bytes>) -> Response {
    let Some(html) = html else {
        return (StatusCode::INTERNAL_SERVER_ERROR, NO_PAGE).into_response();
    };
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, CACHE),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use usher_testkit::BrokenTemplate;

    use super::*;

    #[test]
    fn a_page_that_cannot_be_rendered_is_a_fault_of_the_server() {
        let answer = page(render(&BrokenTemplate::default()));

        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
