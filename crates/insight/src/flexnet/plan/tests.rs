use super::super::read;
use super::*;

fn steps_of(text: &str, grouping: Grouping) -> Vec<Step> {
    plan(&read(text.as_bytes(), |_| {}).unwrap(), "F", grouping)
}

/// The steps as words: what, holder, checkouts.
fn words(text: &str, grouping: Grouping) -> Vec<String> {
    let word = |what: &str, of: &Request| format!("{what} {} {}", of.holder, of.checkouts);
    steps_of(text, grouping)
        .iter()
        .map(|step| match &step.kind {
            StepKind::Take(request) => word("take", request),
            StepKind::GiveBack(request) => word("give back", request),
            StepKind::Probe(request) => word("probe", request),
            StepKind::FreeAll => "free all".to_owned(),
        })
        .collect()
}

const LOG: &str = "\
9:00:00 (d) Server started on server for:
9:00:01 (d) OUT: \"F\" ann@pc1  (2 licenses)
9:00:01 (d) OUT: \"G\" ann@pc1
9:00:02 (d) DENIED: \"F\" bob@pc1  (Licensed number of users already reached. (-4,342))
9:00:03 (d) DENIED: \"F\" cid@pc2  (User/host not on INCLUDE list for feature. (-39,147))
9:00:04 (other) Server started on server for:
9:00:05 (d) Server started on server for:
9:00:06 (d) IN: \"F\" ann@pc1  (2 licenses)
9:00:07 (d) Server started on server for:
";

#[test]
fn denials_for_other_reasons_and_other_features_and_daemons_are_no_steps() {
    assert_eq!(
        words(LOG, Grouping::None),
        [
            "take ann@pc1 2",
            "probe bob@pc1 1",
            "free all",
            "give back ann@pc1 2",
            "free all"
        ]
    );
}

#[test]
fn the_grouping_says_who_holds_the_seat() {
    assert_eq!(words(LOG, Grouping::Host)[..2], ["take pc1 2", "probe pc1 1"]);
    assert_eq!(words(LOG, Grouping::User)[..2], ["take ann 2", "probe bob 1"]);
}

#[test]
fn checkouts_belong_to_the_client_whoever_holds_the_seat() {
    let steps = steps_of(LOG, Grouping::Host);

    let StepKind::Probe(request) = &steps[1].kind else {
        panic!("{steps:?}");
    };
    assert_eq!((&*request.client, &*request.user), ("bob@pc1", "bob"));
}

#[test]
fn a_client_gives_back_at_most_what_it_was_granted() {
    let request = |client: &str, checkouts| Request {
        holder: Arc::from("pc1"),
        client: Arc::from(client),
        user: Arc::from(client),
        checkouts,
    };
    let mut ledger = Ledger::default();

    ledger.take(&request("ann@pc1", 3));
    ledger.take(&request("ann@pc1", 2));

    assert_eq!(ledger.give_back(&request("bob@pc1", 1)), 0);
    assert_eq!(ledger.give_back(&request("ann@pc1", 4)), 4);
    assert_eq!(ledger.held("ann@pc1"), 1);
    assert_eq!(ledger.give_back(&request("ann@pc1", 4)), 1);
    assert_eq!(ledger.give_back(&request("ann@pc1", 4)), 0);
    ledger.take(&request("ann@pc1", 1));
    ledger.free_all();
    assert_eq!(ledger.held("ann@pc1"), 0);
}

#[test]
fn a_grouping_is_read_as_it_is_written() {
    for grouping in [Grouping::None, Grouping::Host, Grouping::User] {
        assert_eq!(grouping.to_string().parse(), Ok(grouping));
        assert_eq!(serde_json::to_value(grouping).unwrap(), grouping.to_string());
    }
    assert_eq!("hosts".parse::<Grouping>(), Err(UnknownGrouping));
}
