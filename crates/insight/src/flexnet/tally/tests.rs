use serde_json::json;

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(secs * 1000)
}

fn user(name: &str) -> Arc<str> {
    Arc::from(name)
}

#[test]
fn time_at_the_limit_is_the_sum_of_the_full_stretches() {
    let mut tally = Tally::new(2, true);
    tally.granted(at(0), &user("ann"), 1);
    tally.granted(at(10), &user("bob"), 2);
    tally.refused(at(15), &user("cid"), 2);
    tally.gave_back(at(20), 1);
    tally.granted(at(50), &user("bob"), 2);
    tally.gave_back_nothing(at(55), 2);

    let count = tally.count();

    assert_eq!(count.secs_at_limit, Some(15));
    assert_eq!(
        count.longest_full,
        Some(Stretch {
            from: at(10),
            secs: 10
        })
    );
    assert_eq!((count.attempts, count.granted, count.refused), (4, 3, 1));
    assert_eq!((count.peak, count.users), (2, 3));
    assert_eq!((count.gave_back, count.gave_back_nothing), (1, 1));
    assert_eq!((count.first, count.last), (Some(at(0)), Some(at(55))));
}

#[test]
fn a_seat_that_is_free_for_no_time_ends_a_stretch() {
    let mut tally = Tally::new(1, true);
    tally.granted(at(0), &user("ann"), 1);
    tally.gave_back(at(10), 0);
    tally.granted(at(10), &user("bob"), 1);
    tally.gave_back(at(18), 0);

    assert_eq!(
        (tally.count().secs_at_limit, tally.count().longest_full_secs),
        (Some(18), Some(10))
    );
}

#[test]
fn a_probe_counts_for_the_peak_and_takes_no_time() {
    let mut tally = Tally::new(1, true);
    tally.granted(at(0), &user("ann"), 1);
    tally.occupied(at(0), 0);
    tally.gave_back_nothing(at(60), 0);

    let count = tally.count();

    assert_eq!(
        (count.peak, count.secs_at_limit, count.longest_full),
        (1, Some(0), None)
    );
}

#[test]
fn the_most_refused_users_come_first_and_ties_are_sorted_by_name() {
    let mut tally = Tally::new(0, true);
    for name in ["bob", "cid", "ann", "cid"] {
        tally.refused(at(0), &user(name), 0);
    }

    let most = tally.count().refused_most;

    let most: Vec<_> = most.iter().map(|of| (&*of.user, of.times)).collect();
    assert_eq!(most, [("cid", 2), ("ann", 1), ("bob", 1)]);
}

#[test]
fn figures_are_whole_numbers_and_times_are_the_log_s_own() {
    let mut tally = Tally::new(1, true);
    tally.granted(at(0), &user("ann"), 1);
    tally.refused(at(5), &user("bob"), 1);

    assert_eq!(
        serde_json::to_value(tally.count()).unwrap(),
        json!({
            "seats": 1, "attempts": 2, "granted": 1, "refused": 1, "peak": 1,
            "episodes": 2, "episodes_refused": 1, "episodes_never_granted": 1,
            "secs_at_limit": 5, "longest_full_secs": 5,
            "longest_full": {"from": "1970-01-01T00:00:00", "secs": 5},
            "users": 2, "refused_most": [{"user": "bob", "times": 1}],
            "gave_back": 0, "gave_back_nothing": 0,
            "first": "1970-01-01T00:00:00", "last": "1970-01-01T00:00:05",
        })
    );
    assert_eq!(Tally::new(1, true).count().first, None);
}

#[test]
fn attempts_less_than_ten_minutes_apart_are_one_episode() {
    let mut tally = Tally::new(1, true);
    tally.granted(at(0), &user("ann"), 1);
    // Bob tries again in time, then too late; Ann gets in at her third try.
    for secs in [0, 599, 1_198, 1_798] {
        tally.refused(at(secs), &user("bob"), 1);
    }
    tally.refused(at(2_000), &user("ann"), 1);
    tally.granted(at(2_100), &user("ann"), 1);

    let expected = Episodes {
        all: 4,
        refused: 3,
        never_granted: 2,
    };
    assert_eq!(tally.count().episodes, Some(expected));
    assert_eq!((tally.count().attempts, tally.count().refused), (7, 5));
}

#[test]
fn a_log_without_dates_has_no_figures_of_time() {
    let mut tally = Tally::new(1, false);
    tally.granted(at(0), &user("ann"), 1);
    tally.refused(at(60), &user("bob"), 1);

    let count = tally.count();

    assert_eq!((count.granted, count.refused, count.peak), (1, 1, 1));
    assert_eq!((count.first, count.last, count.longest_full), (None, None, None));
    assert_eq!(
        (count.secs_at_limit, count.longest_full_secs, count.episodes),
        (None, None, None)
    );
}
