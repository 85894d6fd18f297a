//! The limit of open files, and so of connections.

use std::num::NonZeroU32;

use usher_http::CONNECTIONS_MAX;

/// File descriptors reserved for everything but connections: the database, the log, requests to providers.
const RESERVED: u64 = 256;

/// The fewest connections worth serving.
const CONNECTIONS_MIN: u64 = 16;

/// As many connections as all but the largest servers need: an agent has some two or three. The log need not warn if there
/// are so many.
const CONNECTIONS_ENOUGH: NonZeroU32 = match NonZeroU32::new(4_000) {
    Some(enough) => enough,
    None => NonZeroU32::MIN,
};

/// The bounds on connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// In total.
    pub(super) all: NonZeroU32,
    /// From one network address.
    pub(super) per_address: NonZeroU32,
}

/// Raises the soft limit of open files to the hard one, and lowers the bounds on connections to what that allows; the
/// log warns if that is few. Then no network address gets more than half of the connections.
pub(super) fn bounds(per_address: NonZeroU32) -> Bounds {
    let files = raised();
    let bounds = fitting(files, per_address);
    if let (true, Some(files)) = (bounds.all < CONNECTIONS_MAX, files) {
        if bounds.all >= CONNECTIONS_ENOUGH {
            tracing::debug!(
                files,
                connections = bounds.all,
                "connections are limited by open files"
            );
            return bounds;
        }
        tracing::warn!(
            "the system allows this process {files} open files: at most {} connections are open at a time, not \
             {CONNECTIONS_MAX}, and at most {} from one network address; raise the limit (`LimitNOFILE=` of systemd, \
             `ulimit -Hn` of a shell)",
            bounds.all,
            bounds.per_address
        );
    }
    bounds
}

fn fitting(files: Option<u64>, per_address: NonZeroU32) -> Bounds {
    let left = files.map_or(u64::MAX, |files| {
        files.saturating_sub(RESERVED).max(CONNECTIONS_MIN)
    });
    let most =
        |bound: u64| NonZeroU32::new(u32::try_from(bound).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
    if left >= u64::from(CONNECTIONS_MAX.get()) {
        return Bounds {
            all: CONNECTIONS_MAX,
            per_address,
        };
    }
    Bounds {
        all: most(left),
        per_address: per_address.min(most(left / 2)),
    }
}

/// The limit of open files after raising it as far as possible; `None` if there is no limit.
#[cfg(unix)]
fn raised() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if limit.current != limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, highest)
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    getrlimit(Resource::Nofile).current
}

/// Other systems have no such limit that a process could raise.
#[cfg(not(unix))]
const fn raised() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_reserved_for_everything_but_connections() {
        let some = |number| NonZeroU32::new(number).unwrap();
        let wanted = some(1_000);

        for (files, all, per_address) in [
            (None, 20_000, 1_000),
            (Some(1_048_576), 20_000, 1_000),
            (Some(20_256), 20_000, 1_000),
            (Some(20_255), 19_999, 1_000),
            (Some(1_024), 768, 384),
            (Some(256), 16, 8),
            (Some(64), 16, 8),
        ] {
            let bounds = fitting(files, wanted);
            let expected = Bounds {
                all: some(all),
                per_address: some(per_address),
            };
            assert_eq!(bounds, expected, "{files:?}");
        }
        assert_eq!(fitting(Some(1_024), some(10)).per_address, some(10));
    }
}
