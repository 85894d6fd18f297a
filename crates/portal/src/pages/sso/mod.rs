//! Signing in and out at an account's own provider (`OpenID` Connect).

mod admit;
mod leave;
mod settings;
mod settings_view;
mod view;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use serde::Deserialize;
use usher_app::Problem;
use usher_domain::text::Email;
use usher_domain::{AccountId, UserId};
use usher_engine::Channel;
use usher_identity::PasswordProof;
use usher_identity::single_sign_on::{
    ATTEMPT_LIFE, Answer, CameBackTo, Departure, FetchError, Intent, ProviderError, SignOnError, Vouched,
    attempt_name,
};

use self::view::{FindPage, FoundPage, HeldBackPage, NotSignedInPage, OnwardPage, RealmLink};
use crate::answer::{Frame, done_with, page, page_again, page_at};
use crate::cookies;
use crate::failed::Failed;
use crate::form::{Form, Posted, PostedByAnybody};
use crate::from::From;
use crate::nav;
use crate::pages::sign_in::{is_own_path, new_session};
use crate::portal::Portal;
use crate::routes::{Pages, get, post};
use crate::said::Said;
use crate::sentence;

pub(crate) use self::leave::at_provider as sign_out_at_provider;
pub(crate) use self::settings::is_for as has_settings;

/// The prefix of the cookies of pending sign-ins; the sign-in's id follows.
const ATTEMPT_COOKIE: &str = "usher_sso_";

/// The path of the single sign-on settings, below an account's.
pub(crate) const SETTINGS: &str = "single-sign-on";

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/sso", get(find).post(found))
        .route("/sso/callback", get(came_back_to_shared))
        .route("/sso/{account}/callback", get(came_back_to_own))
        .route("/sso/signed-out", get(leave::came_back))
        .route("/sso/{account}", get(begin))
        .route("/me/single-sign-on", post(link))
        .merge(settings::routes())
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

/// The page that asks for an e-mail address.
async fn find(Query(back): Query<Back>) -> Response {
    page(&FindPage {
        frame: Frame::default(),
        form: Form::showing([("back", back.back.as_str())]),
    })
}

/// Lists the providers for an address. Only its domain counts, which accounts have proved to own, so nobody learns
/// whether the user exists.
async fn found(
    State(portal): State<Arc<Portal>>,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let frame = Frame::default();
    let Some(email) = form.parse::<Email>("email") else {
        return Ok(page_again(&FindPage { frame, form }));
    };
    let is_only_account = portal.app.has_one_account().await?;
    let realms = portal.app.identity().realms(&email, is_only_account).await?;
    if realms.is_empty() {
        form.wrong(
            "email",
            "No account signs in people with addresses of this domain here. Sign in with a password, or ask an owner or \
             admin for the link to your sign-in page.",
        );
        return Ok(page_again(&FindPage { frame, form }));
    }
    let back = form.value("back");
    let mut links = Vec::new();
    for realm in realms {
        let look = |account: &usher_domain::Account, _| account.name().to_string();
        // The account was closed in the meantime.
        let Ok(account_name) = portal.app.engine().read(realm.account, look).await else {
            continue;
        };
        links.push(RealmLink {
            href: begin_path(realm.account, back),
            label: realm.label.to_string(),
            account_name,
            host: host(&realm.issuer).to_owned(),
        });
    }
    Ok(page(&FoundPage { frame, links }))
}

/// The page for users whose right password is refused, because their accounts require their providers.
pub(crate) fn held_back(accounts: &[(AccountId, String)], back: &str) -> Response {
    let links = accounts
        .iter()
        .map(|(account, name)| (begin_path(*account, back), name.clone()));
    let held_back = HeldBackPage {
        frame: Frame::default(),
        links: links.collect(),
    };
    page_at(StatusCode::FORBIDDEN, &held_back)
}

/// Sends the browser to the account's provider.
async fn begin(
    State(portal): State<Arc<Portal>>,
    from: From,
    Path(account): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, Failed> {
    let Ok(account) = account.parse() else {
        return Ok(not_signed_in(None, &SignOnError::NoProvider));
    };
    let intent = Intent {
        account,
        back: back.back.chars().take(BACK_CHARS_MAX).collect(),
        link_to: None,
        from: from.arrival.address,
    };
    match depart(&portal, intent).await? {
        Ok(departure) => {
            let cookie = attempt_cookie(&portal, &departure.name, departure.browser.expose());
            Ok((CookieJar::new().add(cookie), Redirect::to(&departure.url)).into_response())
        }
        Err(error) => Ok(not_signed_in(Some(account), &error)),
    }
}

/// The longest URL to return to, in characters.
const BACK_CHARS_MAX: usize = 1_000;

/// Sends a signed-in user to the provider, to connect to it.
async fn link(from: From, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let intent = Intent {
        account: viewer.account,
        back: "/me".to_owned(),
        link_to: Some(viewer.session.user),
        from: from.arrival.address,
    };
    let portal = &viewer.portal;
    match depart(portal, intent).await? {
        Ok(departure) => {
            let cookie = attempt_cookie(portal, &departure.name, departure.browser.expose());
            let onward = OnwardPage::to(departure.url, "Sign in at your provider");
            Ok((CookieJar::new().add(cookie), page(&onward)).into_response())
        }
        Err(error) => Ok(not_signed_in(Some(viewer.account), &error)),
    }
}

async fn depart(portal: &Portal, intent: Intent) -> Result<Result<Departure, SignOnError>, Failed> {
    let app = &portal.app;
    let Some(uris) = app.redirect_uris(intent.account).await? else {
        let lacks = ProviderError::Lacks {
            what: "way back: this server does not know its own address, which its operator can say with `--public-url`",
        };
        return Ok(Err(SignOnError::Provider(lacks)));
    };
    // A closed account no longer uses its provider.
    let is_open = app.engine().read(intent.account, |_, _| ()).await.is_ok();
    if !is_open {
        return Ok(Err(SignOnError::NoProvider));
    }
    Ok(app.single_sign_on().begin(intent, &uris, app.times()).await)
}

/// The query with which the provider sends the browser back.
#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

/// Receives the browser at the account's own redirect URI.
async fn came_back_to_own(
    State(portal): State<Arc<Portal>>,
    from: From,
    Path(account): Path<String>,
    jar: CookieJar,
    Query(returned): Query<Returned>,
) -> Result<Response, Failed> {
    let Ok(account) = account.parse() else {
        return Ok(not_signed_in(None, &SignOnError::NoProvider));
    };
    finish(&portal, &from, &jar, returned, CameBackTo::Own(account)).await
}

/// The same at the redirect URI that all accounts used to share.
async fn came_back_to_shared(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    Query(returned): Query<Returned>,
) -> Result<Response, Failed> {
    let is_only_account = portal.app.has_one_account().await?;
    finish(
        &portal,
        &from,
        &jar,
        returned,
        CameBackTo::Shared { is_only_account },
    )
    .await
}

async fn finish(
    portal: &Portal,
    from: &From,
    jar: &CookieJar,
    returned: Returned,
    came_back_to: CameBackTo,
) -> Result<Response, Failed> {
    let name = format!("{ATTEMPT_COOKIE}{}", attempt_name(&returned.state));
    let browser = jar.get(&name).map_or("", Cookie::value);
    let answer = Answer {
        state: returned.state,
        code: returned.code,
        error: returned.error,
        error_description: returned.error_description,
        iss: returned.iss,
    };
    let app = &portal.app;
    let vouched = app
        .single_sign_on()
        .finish(answer, browser, came_back_to, app.times())
        .await;
    let used = CookieJar::new().add(parse_cookie(format!("{name}=; Path=/sso; Max-Age=0")));
    let vouched = match vouched {
        Ok(vouched) => vouched,
        Err(error) => return Ok((used, not_signed_in(None, &error)).into_response()),
    };
    if let Some(user) = vouched.link_to
        && !is_signed_in(portal, jar, vouched.account, user)
    {
        return Ok((used, not_signed_in(None, &SignOnError::NotBegun)).into_response());
    }
    let door = admit::Door {
        portal,
        cause: from.arrival.cause(Channel::SingleSignOn, None),
    };
    let admitted = match admit::admit(&door, &vouched).await? {
        Ok(admitted) => admitted,
        Err(why) => {
            app.single_sign_on()
                .note_refused(&vouched, &why, app.engine().now());
            let page = refused(vouched.account, &why);
            return Ok((used, page).into_response());
        }
    };
    enter(portal, from, used, &vouched, admitted).await
}

/// Whether the browser is still signed in as the user who wants to connect.
fn is_signed_in(portal: &Portal, jar: &CookieJar, account: AccountId, user: UserId) -> bool {
    let now = portal.app.engine().now();
    let secret = cookies::session_secret(jar);
    let session = secret.and_then(|secret| portal.app.identity().portal_session_unused(secret, now));
    session.is_some_and(|session| session.account == account && session.user == user)
}

async fn enter(
    portal: &Portal,
    from: &From,
    jar: CookieJar,
    vouched: &Vouched,
    admitted: admit::Admitted,
) -> Result<Response, Failed> {
    let id_token = Some(&vouched.person.id_token);
    let session = new_session(portal, from, vouched.account, admitted.user, id_token).await?;
    let jar = session.iter().cloned().fold(jar, CookieJar::add);
    let to = if is_own_path(&vouched.back) {
        vouched.back.clone()
    } else {
        nav::home(portal, vouched.account, admitted.user).await
    };
    Ok(match admitted.note {
        Some(note) => done_with(jar, &to, note),
        None => (jar, Redirect::to(&to)).into_response(),
    })
}

/// The page for a failed sign-in. `account` is where the user can try again.
fn not_signed_in(account: Option<AccountId>, error: &SignOnError) -> Response {
    let status = match error {
        SignOnError::NoProvider => StatusCode::NOT_FOUND,
        SignOnError::Identity(_) | SignOnError::Provider(ProviderError::Fetch(FetchError::Busy)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        SignOnError::Provider(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::FORBIDDEN,
    };
    tracing::warn!(?account, %error, "a sign-in at a provider did not come about");
    let again = account.filter(|_| !matches!(error, SignOnError::NoProvider));
    let shown = NotSignedInPage {
        frame: Frame::default(),
        why: Said(sentence::of_phrase(&error.for_people())),
        again: again.map(|account| begin_path(account, "")),
    };
    page_at(status, &shown)
}

/// The page for a person who is identified but may not sign in.
fn refused(account: AccountId, why: &str) -> Response {
    tracing::info!(%account, why, "somebody whom the provider knows may not come in");
    let shown = NotSignedInPage {
        frame: Frame::default(),
        why: Said(why.to_owned()),
        again: None,
    };
    page_at(StatusCode::FORBIDDEN, &shown)
}

fn begin_path(account: AccountId, back: &str) -> String {
    and_back(format!("/sso/{account}"), back)
}

/// The path of the page that finds a provider, with where to go afterwards.
pub(crate) fn find_path(back: &str) -> String {
    and_back("/sso".to_owned(), back)
}

fn and_back(path: String, back: &str) -> String {
    if !is_own_path(back) {
        return path;
    }
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("back", back)
        .finish();
    format!("{path}?{query}")
}

fn host(issuer: &str) -> &str {
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// One cookie per sign-in, so that two tabs do not conflict, limited to the path of the redirect URI.
fn attempt_cookie(portal: &Portal, name: &str, value: &str) -> Cookie<'static> {
    let life = ATTEMPT_LIFE.get();
    let secure = if portal.is_https() { "; Secure" } else { "" };
    parse_cookie(format!(
        "{ATTEMPT_COOKIE}{name}={value}; Path=/sso; Max-Age={life}; HttpOnly; SameSite=Lax{secure}"
    ))
}

/// A cookie with a name made here and a lifetime.
fn parse_cookie(text: String) -> Cookie<'static> {
    Cookie::parse(text).unwrap_or_else(|_| Cookie::new("", ""))
}

/// Splits users whose password was right into those who may sign in with it and those whose account requires its
/// provider. Called after the password check, so that nobody else learns that the user exists.
pub(crate) async fn part_by_requirement(
    portal: &Portal,
    right: Vec<(PasswordProof, String)>,
) -> Result<(Vec<(PasswordProof, String)>, Vec<(AccountId, String)>), Failed> {
    let (mut in_order, mut held_back) = (Vec::new(), Vec::new());
    for (proof, name) in right {
        let (account, user) = (proof.account(), proof.user());
        let look = move |account: &usher_domain::Account, _| account.needs_single_sign_on(user);
        let needs = portal.app.engine().read(account, look).await;
        if needs.map_err(Problem::from)? {
            held_back.push((account, name));
        } else {
            in_order.push((proof, name));
        }
    }
    Ok((in_order, held_back))
}
