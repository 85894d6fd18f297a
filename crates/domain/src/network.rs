//! Network addresses, as what is counted by them sees them.

use std::net::{IpAddr, Ipv6Addr};

/// What stands for a client where clients are counted: the address, of IPv6 its first 64 bits, for whoever has one
/// address there has the others as well.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}
