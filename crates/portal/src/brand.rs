//! The operator's logo and color, where customers' pages load them. Their URLs contain a digest, so that browsers can
//! cache them forever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use usher_app::Problem;
use usher_domain::text::Name;
use usher_identity::{BrandLink, BrandText, Branding};

use crate::failed::Failed;
use crate::portal::Portal;
use crate::routes::{Pages, get};

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/branding/{version}/colors.css", get(colors))
        .route("/branding/{version}/logo", get(logo))
}

/// What pages with the operator's look show.
#[derive(Debug)]
pub(crate) struct Brand {
    branding: Arc<Branding>,
    version: String,
}

impl Brand {
    pub(crate) fn of(portal: &Portal) -> Self {
        let branding = portal.app.identity().branding();
        Self {
            version: branding.version(),
            branding,
        }
    }

    /// The name in place of Usher's.
    pub(crate) fn name(&self) -> &str {
        let name = self.branding.look.name.as_ref();
        name.map_or("Usher", Name::as_str)
    }

    /// The URL, width and height of the logo; `None` for Usher's own.
    pub(crate) fn logo(&self) -> Option<(String, u32, u32)> {
        let logo = self.branding.logo.as_ref()?;
        let (width, height) = logo.size();
        Some((format!("/branding/{}/logo", self.version), width, height))
    }

    /// The URL of the style sheet with the color; `None` for Usher's own colors.
    pub(crate) fn colors(&self) -> Option<String> {
        self.branding.look.color?;
        Some(format!("/branding/{}/colors.css", self.version))
    }

    pub(crate) fn welcome(&self) -> Option<&str> {
        self.branding.look.welcome.as_ref().map(BrandText::as_str)
    }

    pub(crate) fn help(&self) -> Option<&str> {
        self.branding.look.help.as_ref().map(BrandLink::as_str)
    }

    pub(crate) fn privacy(&self) -> Option<&str> {
        self.branding.look.privacy.as_ref().map(BrandLink::as_str)
    }
}

async fn colors(State(portal): State<Arc<Portal>>, Path(version): Path<String>) -> Result<Response, Failed> {
    let branding = portal.app.identity().branding();
    let color = branding.look.color.ok_or_else(no_branding)?;
    let style = format!(
        ".branded {{ --accent: {color}; --accent-ink: {}; }}\n",
        color.ink()
    );
    Ok(cacheable("text/css; charset=utf-8", &branding, &version, style))
}

async fn logo(State(portal): State<Arc<Portal>>, Path(version): Path<String>) -> Result<Response, Failed> {
    let branding = portal.app.identity().branding();
    let logo = branding.logo.as_ref().ok_or_else(no_branding)?;
    Ok(cacheable(
        logo.media_type(),
        &branding,
        &version,
        logo.bytes().to_vec(),
    ))
}

/// An answer that browsers keep, unless the branding has changed since the page with this URL was made.
fn cacheable(
    media_type: &'static str,
    branding: &Branding,
    version: &str,
    body: impl IntoResponse,
) -> Response {
    let caching = if branding.version() == version {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

fn no_branding() -> Problem {
    Problem::not_found("page").detailed("There is nothing at this address.")
}
