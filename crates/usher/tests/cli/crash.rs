//! The server is killed in the middle of its work, again and again, and loses nothing that it has acknowledged.

mod agents;
mod world;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::task::JoinSet;

use self::agents::{Load, agent};
use self::world::{AGENTS, OPERATOR_KEY, World};
use crate::program::{Server, usher};

const KILLS: u64 = 5;
/// The server is killed after a number of acknowledged calls from this range.
const CALLS_BEFORE_KILL: std::ops::Range<u64> = 20..250;

#[test]
fn s1_acknowledged_changes_survive_a_kill_and_no_seat_is_given_twice() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let start = || Server::start_with(&[("USHER_OPERATOR_KEY", OPERATOR_KEY)], &["--data", path]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut chance = fastrand::Rng::with_seed(20_260);
    let mut server = start();
    let mut world = runtime.block_on(World::make(&server.url));
    let mut survived = 0;

    for round in 1..=KILLS {
        let kill_after = chance.u64(CALLS_BEFORE_KILL);
        world = runtime.block_on(work_until_killed(world, server, round, kill_after));

        let verified = usher(&["verify", "--data", path]);
        assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
        server = start();
        survived += runtime.block_on(world.check_and_adopt(&server.url));
    }
    assert_eq!(server.stop().0, Some(0));
    assert!(survived > 0, "nothing was at stake");
}

/// Lets all agents work, kills the server after a number of acknowledged calls, and collects what the agents know.
async fn work_until_killed(mut world: World, server: Server, round: u64, kill_after: u64) -> World {
    let (reached, mut is_reached) = tokio::sync::watch::channel(false);
    let load = Arc::new(Load {
        account: world.account.clone(),
        pools: world.pools.clone(),
        answered: AtomicU64::new(0),
        kill_after,
        reached,
    });
    let mut agents = JoinSet::new();
    for (number, people) in (0_u64..).zip(world.take_people(AGENTS)) {
        let seed = round * 1_000 + number;
        agents.spawn(agent(Arc::clone(&load), people, fastrand::Rng::with_seed(seed)));
    }
    is_reached.wait_for(|reached| *reached).await.unwrap();
    tokio::task::spawn_blocking(move || server.kill()).await.unwrap();
    while let Some(people) = agents.join_next().await {
        world.people.extend(people.unwrap());
    }
    world
}
