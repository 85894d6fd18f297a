//! This browser as a device: the id and the name that it keeps.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_app::Problem;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::text::{DeviceId, Name, Product};
use usher_domain::{SignInId, TicketId, Timestamp};

use crate::pages::me::browser_name;

/// The browser's id as a device. It lasts, so that signing in again finds the same device.
const DEVICE: &str = "usher_device";
/// What its user calls it.
const NAME: &str = "usher_device_name";
/// Before the product: the browser's last sign-in, so that the page can say how it ended.
const LAST: &str = "usher_last_";
/// Before the product: the browser's last place in the queue.
const WAITED: &str = "usher_waited_";
/// Where the cookies are wanted.
const PATH: &str = "/console";

/// The browser's id as a device; none before it first signed in.
pub(super) fn id(jar: &CookieJar) -> Option<DeviceId> {
    jar.get(DEVICE)?.value().parse().ok()
}

/// What the browser is called: as its user said, else what it calls itself.
pub(super) fn name(jar: &CookieJar, user_agent: &str) -> String {
    let kept = jar.get(NAME).and_then(|name| name.value().parse::<Name>().ok());
    kept.map_or_else(
        || match browser_name(user_agent) {
            name if name.is_empty() => "This browser".to_owned(),
            name => name,
        },
        |name| name.to_string(),
    )
}

/// The browser's last sign-in to a product.
pub(super) fn last_sign_in(jar: &CookieJar, product: &Product) -> Option<SignInId> {
    jar.get(&format!("{LAST}{product}"))?.value().parse().ok()
}

/// The browser's last place in the queue for a product.
pub(super) fn last_ticket(jar: &CookieJar, product: &Product) -> Option<TicketId> {
    jar.get(&format!("{WAITED}{product}"))?.value().parse().ok()
}

/// The browser as a device with this name: with the id that it has, or a new one.
pub(super) fn device(jar: &CookieJar, name: Name, now: Timestamp) -> Result<Device, Problem> {
    let id = if let Some(id) = id(jar) {
        id
    } else {
        let drawn = format!("browser-{:032x}", usher_identity::draw_bits(now)?);
        // The form of a device id is wider than that.
        drawn.parse().map_err(|_| Problem::not_found("device"))?
    };
    Ok(Device {
        id,
        name,
        kind: DeviceKind::Browser,
    })
}

/// The cookies by which the browser stays the same device.
pub(super) fn keep(jar: CookieJar, device: &Device, secure: bool) -> CookieJar {
    jar.add(lasting(DEVICE.to_owned(), device.id.to_string(), secure))
        .add(lasting(NAME.to_owned(), device.name.to_string(), secure))
}

/// The cookie by which the page can say how a sign-in ended.
pub(super) fn keep_sign_in(jar: CookieJar, product: &Product, id: SignInId, secure: bool) -> CookieJar {
    jar.add(lasting(format!("{LAST}{product}"), id.to_string(), secure))
}

/// The cookie by which the page can say how a place in the queue was lost.
pub(super) fn keep_ticket(jar: CookieJar, product: &Product, id: TicketId, secure: bool) -> CookieJar {
    jar.add(lasting(format!("{WAITED}{product}"), id.to_string(), secure))
}

fn lasting(name: String, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name, value))
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .permanent()
        .build()
}
