//! Network addresses, normalized for counting clients.

use core::net::{IpAddr, Ipv6Addr};

/// The key by which clients are counted: the address, or for IPv6 its first 64 bits, because a client with one address
/// usually has the others as well.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}
