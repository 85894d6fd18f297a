//! A whole server without a socket, and browsers with cookies.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use tower::ServiceExt;
use usher_app::Config;
use usher_domain::account::SettingsPatch;
use usher_domain::directory::SignInPatch;
use usher_domain::permission::Role;
use usher_domain::{AccountId, TopUpId, UserId};
use usher_identity::single_sign_on::Reach;
use usher_portal::Fork;
use usher_testkit::{self as kit, Server};

pub const PASSWORD: &str = "a long password";

/// A server under test.
pub struct App {
    pub site: Fork,
    server: Server,
}

impl Deref for App {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// A browser, with its session cookie.
#[derive(Default, Clone)]
pub struct Browser {
    pub cookie: Option<String>,
}

/// A page.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl App {
    pub async fn new() -> Self {
        Self::at(None).await
    }

    pub async fn at(public_url: Option<&str>) -> Self {
        Self::configured(Config {
            public_url: public_url.map(str::to_owned),
            providers: Reach::PrivateToo,
            ..Config::default()
        })
        .await
    }

    pub async fn configured(config: Config) -> Self {
        let server = Server::start(config).await;
        let rest = usher_api::router(Arc::clone(&server.app)).0;
        let site = usher_portal::site(Arc::clone(&server.app), rest);
        Self { site, server }
    }

    pub async fn account(&self, name: &str) -> AccountId {
        let id = AccountId::from_bits(self.draw_bits());
        self.give(id, kit::create_account(id, name)).await;
        id
    }

    /// Adds minutes as the operator.
    pub async fn add_minutes(&self, account: AccountId, minutes: u32) {
        let id = TopUpId::from_bits(self.draw_bits());
        self.give(account, kit::add_minutes(id, minutes)).await;
    }

    pub async fn user(&self, account: AccountId, name: &str, email: &str, role: Role) -> UserId {
        let id = UserId::from_bits(self.draw_bits());
        let user = kit::NewUser::with_id(id, name).email(email).role(role);
        let user = user.billing_contact().password(PASSWORD);
        self.admit(account, user).await;
        id
    }

    /// Requires single sign-on, except for the break-glass owner.
    pub async fn require_single_sign_on(&self, account: AccountId, break_glass: UserId) {
        let change = SettingsPatch {
            sign_in: SignInPatch {
                sso_required: Some(true),
                break_glass: Some(Some(break_glass)),
                ..SignInPatch::default()
            },
            ..SettingsPatch::default()
        };
        self.give(account, kit::change_settings(change)).await;
        let ended = self.app.end_what_passwords_began(account, None).await;
        ended.unwrap();
    }

    pub async fn get(&self, browser: &Browser, path: &str) -> Page {
        Page::of(self.send(browser, Method::GET, path, &[], String::new()).await).await
    }

    /// Sends a form, with the token of the page at `page` if it has one.
    pub async fn post(&self, browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get(browser, page).await.token();
        let mut body = form(fields);
        if let Some(token) = token {
            body.extend(["&_csrf=", &token]);
        }
        Page::of(self.send(browser, Method::POST, path, &[], body).await).await
    }

    pub async fn send(
        &self,
        browser: &Browser,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(cookie) = &browser.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        self.site.clone().oneshot(request).await.unwrap()
    }

    pub async fn sign_in(&self, email: &str) -> Browser {
        let fields = [("email", email), ("password", PASSWORD)];
        let page = self
            .post(&Browser::default(), "/sign-in", "/sign-in", &fields)
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        page.browser()
    }
}

impl Page {
    pub async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let page = Self {
            status: parts.status,
            headers: parts.headers,
            // Names that people entered are in `<bdi>` (`templates.rs`); the tests compare the text without it.
            html: String::from_utf8(body.to_vec())
                .unwrap()
                .replace("<bdi>", "")
                .replace("</bdi>", ""),
        };
        page.check_errors();
        // The isolating mark of a name, which should have become `<bdi>`.
        let is_told_raw = page.html.contains('\u{2068}') || page.html.contains("&#60;bdi");
        assert!(!is_told_raw, "{}", page.html);
        page
    }

    /// Every error of a form names its field and links to it.
    fn check_errors(&self) {
        let Some((_, errors)) = self.html.split_once("id=\"errors\"") else {
            return;
        };
        let errors = errors.split_once("</div>").unwrap().0;
        for link in errors.split("<a href=\"#").skip(1) {
            let (field, rest) = link.split_once('"').unwrap();
            let label = rest.split_once("</a>: ").unwrap().0.trim_start_matches('>');
            assert!(label.len() > 1, "{errors}");
            // The page labels the field in the same words, so that people find it.
            let shown = self.label_of(field);
            assert!(
                shown.as_deref().is_none_or(|shown| shown == label),
                "{field} is {shown:?} and not {label:?}: {errors}"
            );
            assert!(
                self.html.contains(&format!("id=\"{field}\"")),
                "no field {field}: {errors}"
            );
        }
    }

    /// The HTML without its links, for sentences with linked names.
    pub fn unlinked(&self) -> String {
        let mut parts = self.html.split("<a ");
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('>').map_or(part, |(_, rest)| rest));
        rest.fold(first, |html, part| html + part).replace("</a>", "")
    }

    /// The text of the label of a field that has one of its own; `None` for groups of boxes.
    fn label_of(&self, field: &str) -> Option<String> {
        let (_, rest) = self.html.split_once(&format!("<label for=\"{field}\""))?;
        let (_, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</label>")?;
        let pieces = text.split('<').enumerate();
        let pieces = pieces.map(|(index, piece)| match piece.split_once('>') {
            Some((_, text)) if index > 0 => text,
            _ => piece,
        });
        Some(pieces.collect::<String>().trim().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value and attributes of this cookie in the response; empty if it is not set.
    pub fn cookie(&self, name: &str) -> &str {
        let cookies = self.headers.get_all(header::SET_COOKIE).iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let found = cookies.find(|cookie| cookie.split('=').next().unwrap().ends_with(name));
        found.unwrap_or_default()
    }

    /// A browser with the session cookie of this response.
    pub fn browser(&self) -> Browser {
        let cookies = self.headers.get_all(header::SET_COOKIE).iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let cookie = cookies.find(|cookie| {
            cookie.starts_with("usher_session=") || cookie.starts_with("__Host-usher_session=")
        });
        Browser {
            cookie: cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned()),
        }
    }

    /// The browser with the cookies of this response added.
    pub fn kept_by(&self, browser: &Browser) -> Browser {
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        let set = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookies = browser.cookie.as_deref().into_iter().chain(set);
        Browser {
            cookie: Some(cookies.collect::<Vec<_>>().join("; ")),
        }
    }

    pub fn token(&self) -> Option<String> {
        let (_, rest) = self.html.split_once("name=\"csrf-token\" content=\"")?;
        Some(rest.split('"').next().unwrap().to_owned())
    }
}

pub fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
