//! This browser as a device: its id and name, kept in cookies.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_app::Problem;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::text::{DeviceId, Name, Product};
use usher_domain::{SignInId, TicketId, Timestamp};

use crate::pages::me::browser_name;

/// The browser's device id. It is permanent, so that signing in again finds the same device.
const DEVICE: &str = "usher_device";
/// The device's name.
const NAME: &str = "usher_device_name";
/// Prefix before the product: the browser's last sign-in, so that the page can say how it ended.
const LAST: &str = "usher_last_";
/// Prefix before the product: the browser's last ticket.
const WAITED: &str = "usher_waited_";
/// The path that the cookies of the console are limited to.
const PATH: &str = "/console";
/// The path of the device's id: every page keeps its seat.
const EVERYWHERE: &str = "/";

/// The browser's device id; `None` before the first sign-in.
pub(crate) fn id(jar: &CookieJar) -> Option<DeviceId> {
    jar.get(DEVICE)?.value().parse().ok()
}

/// The device's name: the one its user chose, else one derived from the user agent.
pub(super) fn name(jar: &CookieJar, user_agent: &str) -> String {
    let kept = jar.get(NAME).and_then(|name| name.value().parse::<Name>().ok());
    kept.map_or_else(
        || match browser_name(user_agent) {
            name if name.is_empty() => text!("console-this-browser").plain(),
            name => name,
        },
        |name| name.to_string(),
    )
}

/// The browser's last sign-in for a product.
pub(super) fn last_sign_in(jar: &CookieJar, product: &Product) -> Option<SignInId> {
    jar.get(&format!("{LAST}{product}"))?.value().parse().ok()
}

/// The browser's last ticket for a product.
pub(super) fn last_ticket(jar: &CookieJar, product: &Product) -> Option<TicketId> {
    jar.get(&format!("{WAITED}{product}"))?.value().parse().ok()
}

/// The browser as a device with this name, and its existing or a new id.
pub(super) fn device(jar: &CookieJar, name: Name, now: Timestamp) -> Result<Device, Problem> {
    let id = if let Some(id) = id(jar) {
        id
    } else {
        let drawn = format!("browser-{:032x}", usher_identity::draw_bits(now)?);
        // The format of device ids allows more than is drawn here.
        drawn.parse().map_err(|_| Problem::not_found("device"))?
    };
    Ok(Device {
        id: id.into(),
        name: name.into(),
        kind: DeviceKind::Browser,
    })
}

/// The cookies that keep the device's id and name.
pub(super) fn keep(jar: CookieJar, device: &Device, secure: bool) -> CookieJar {
    let mut id = lasting(DEVICE.to_owned(), device.id.reveal().to_string(), secure);
    id.set_path(EVERYWHERE);
    jar.add(id)
        .add(lasting(NAME.to_owned(), device.name.reveal().to_string(), secure))
}

/// The cookie that lets the page say how a sign-in ended.
pub(super) fn keep_sign_in(jar: CookieJar, product: &Product, id: SignInId, secure: bool) -> CookieJar {
    jar.add(lasting(format!("{LAST}{product}"), id.to_string(), secure))
}

/// The cookie that lets the page say how a place in the queue was lost.
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
