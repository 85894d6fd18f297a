//! Where a request comes from, for what is counted by address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client. What a proxy says of it is believed where the proxy runs on this machine: anybody else
/// could say what they like.
pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    if !peer.is_loopback() {
        return Some(peer);
    }
    // The last one is what the proxy itself saw.
    let told = headers.get_all(FORWARDED_FOR).iter().next_back();
    let told = told.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    told.or(Some(peer))
}
