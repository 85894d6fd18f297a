//! Limits the open connections, in total and per network address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use usher_domain::network_of;

use crate::forwarded::TrustedProxies;

/// The most connections at once from one network address, by default. An office of a hundred people can be behind one
/// address, each with a device and pages that stay connected.
pub const CONNECTIONS_PER_ADDRESS: NonZeroU32 = match NonZeroU32::new(1_000) {
    Some(most) => most,
    None => NonZeroU32::MIN,
};

/// The connections that are open, with a limit per network address. Trusted proxies, which forward everybody's
/// connections, are not limited.
#[derive(Debug)]
pub struct Connections {
    all_max: NonZeroU32,
    per_address_max: NonZeroU32,
    proxies: TrustedProxies,
    open: Mutex<Open>,
    turned_away: AtomicU64,
}

#[derive(Debug, Default)]
struct Open {
    all: u32,
    by_network: HashMap<IpAddr, u32>,
}

/// A connection that was admitted; it counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    connections: Arc<Connections>,
    network: Option<IpAddr>,
}

impl Connections {
    /// No open connections; at most `all_max` at once, and `per_address_max` from one network address.
    #[must_use]
    pub fn new(all_max: NonZeroU32, per_address_max: NonZeroU32, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            all_max,
            per_address_max,
            proxies,
            open: Mutex::default(),
            turned_away: AtomicU64::new(0),
        })
    }

    /// Admits a connection; `None` if its address has reached its limit.
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Admitted> {
        let peer = peer.to_canonical();
        let network = (!self.proxies.contains(peer)).then(|| network_of(peer));
        let mut open = self.open();
        if let Some(network) = network {
            let of_network = open.by_network.entry(network).or_default();
            if *of_network >= self.per_address_max.get() {
                self.turned_away.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            *of_network += 1;
        }
        open.all += 1;
        Some(Admitted {
            connections: Arc::clone(self),
            network,
        })
    }

    /// The most at once.
    pub(crate) fn all_max(&self) -> usize {
        usize::try_from(self.all_max.get()).unwrap_or(usize::MAX)
    }

    /// Whether a trusted proxy says that the client used https.
    pub(crate) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.proxies.is_https(peer.to_canonical(), headers)
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.open().all
    }

    /// How many were rejected since the start because their address had too many.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.all = open.all.saturating_sub(1);
        let Some(Entry::Occupied(mut of_network)) = self.network.map(|it| open.by_network.entry(it)) else {
            return;
        };
        *of_network.get_mut() -= 1;
        if *of_network.get() == 0 {
            of_network.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(max: u32) -> Arc<Connections> {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap()]);
        Connections::new(NonZeroU32::MAX, NonZeroU32::new(max).unwrap(), proxies)
    }

    fn admit(connections: &Arc<Connections>, peer: &str) -> Option<Admitted> {
        connections.admit(peer.parse().unwrap())
    }

    #[test]
    fn an_address_has_a_limit_of_connections_and_gets_another_one_when_one_ends() {
        let connections = connections(2);
        let first = admit(&connections, "192.0.2.7").unwrap();
        let _second = admit(&connections, "192.0.2.7").unwrap();

        assert!(admit(&connections, "192.0.2.7").is_none());
        assert!(admit(&connections, "::ffff:192.0.2.7").is_none());
        let other = admit(&connections, "192.0.2.8");
        assert_eq!((connections.count(), connections.turned_away()), (3, 2));
        drop((first, other));

        assert!(admit(&connections, "192.0.2.7").is_some());
        assert_eq!((connections.count(), connections.turned_away()), (1, 2));
        assert_eq!(connections.open().by_network.len(), 1);
    }

    #[test]
    fn with_ipv6_it_is_the_64_bits_of_the_network_that_count() {
        let connections = connections(1);
        let _first = admit(&connections, "2001:db8:0:1::7").unwrap();

        assert!(admit(&connections, "2001:db8:0:1:ffff::8").is_none());
        assert!(admit(&connections, "2001:db8:0:2::7").is_some());
    }

    #[test]
    fn a_trusted_proxy_has_no_connection_limit() {
        let connections = connections(1);

        let brought: Vec<_> = (0..100).map(|_| admit(&connections, "10.0.0.1")).collect();

        assert!(brought.iter().all(Option::is_some));
        assert_eq!(connections.count(), 100);
        drop(brought);
        assert_eq!(connections.count(), 0);
    }
}
