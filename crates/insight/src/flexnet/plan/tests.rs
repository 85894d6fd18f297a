use super::super::read;
use super::*;

fn steps_of(text: &str, grouping: Grouping) -> Vec<Step> {
    plan(&read(text.as_bytes(), |_| {}).unwrap(), "F", grouping)
}

/// The steps as text: kind, session or holder, checkouts.
fn words(text: &str, grouping: Grouping) -> Vec<String> {
    steps_of(text, grouping)
        .iter()
        .map(|step| match &step.kind {
            StepKind::Begin { session, request } => {
                format!("{session} begins {} {}", request.holder, request.checkouts)
            }
            StepKind::Grow { session, request } => format!("{session} grows by {}", request.checkouts),
            StepKind::Shrink { session, left, cause } => format!("{session} keeps {left}, {cause:?}"),
            StepKind::Probe(request) => format!("probe {} {}", request.holder, request.checkouts),
            StepKind::ReturnUnseen => "return unseen".to_owned(),
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
fn denials_for_other_reasons_and_other_features_and_daemons_are_ignored() {
    assert_eq!(
        words(LOG, Grouping::None),
        [
            "0 begins ann@pc1 2",
            "probe bob@pc1 1",
            "0 keeps 0, Restarted",
            "return unseen",
        ]
    );
}

#[test]
fn the_grouping_says_who_holds_the_seat() {
    assert_eq!(words(LOG, Grouping::Host)[..2], ["0 begins pc1 2", "probe pc1 1"]);
    assert_eq!(words(LOG, Grouping::User)[..2], ["0 begins ann 2", "probe bob 1"]);
}

#[test]
fn a_return_ends_the_oldest_session_of_its_client_with_the_same_count() {
    let log = "\
        9:00:00 (d) OUT: \"F\" ann@pc1  (2 licenses)\n\
        9:00:01 (d) OUT: \"F\" ann@pc1\n\
        9:00:02 (d) OUT: \"F\" ann@pc1\n\
        9:00:03 (d) OUT: \"F\" ann@pc2\n\
        9:00:04 (d) IN: \"F\" ann@pc1\n\
        9:00:05 (d) IN: \"F\" ann@pc2\n\
        9:00:06 (d) IN: \"F\" ann@pc1  (2 licenses)\n";

    assert_eq!(
        words(log, Grouping::None)[4..],
        [
            "1 keeps 0, Returned",
            "3 keeps 0, Returned",
            "0 keeps 0, Returned"
        ]
    );
}

#[test]
fn a_return_with_an_unknown_count_comes_from_the_oldest_sessions() {
    let log = "\
        9:00:00 (d) OUT: \"F\" ann@pc1  (3 licenses)\n\
        9:00:01 (d) OUT: \"F\" ann@pc1  (4 licenses)\n\
        9:00:02 (d) IN: \"F\" ann@pc1\n\
        9:00:03 (d) IN: \"F\" ann@pc1  (5 licenses)\n\
        9:00:04 (d) IN: \"F\" ann@pc1  (9 licenses)\n\
        9:00:05 (d) IN: \"F\" ann@pc1\n";

    assert_eq!(
        words(log, Grouping::None)[2..],
        [
            "0 keeps 2, Returned",
            "0 keeps 0, Returned",
            "1 keeps 1, Returned",
            "1 keeps 0, Returned",
            "return unseen"
        ]
    );
}

#[test]
fn an_upgrade_changes_the_session_with_the_count_that_it_names() {
    let log = "\
        9:00:00 (d) OUT: \"F\" ann@pc1\n\
        9:00:01 (d) OUT: \"F\" ann@pc1  (5 licenses)\n\
        9:00:02 (d) UPGRADE: \"F\" ann@pc1  (5->9 licenses)\n\
        9:00:03 (d) UPGRADE: \"F\" ann@pc1  (9->8 licenses)\n\
        9:00:04 (d) UPGRADE: \"F\" new@pc2  (2->3 licenses)\n\
        9:00:05 (d) IN: \"F\" ann@pc1  (8 licenses)\n";

    assert_eq!(
        words(log, Grouping::None)[2..],
        [
            "1 grows by 4",
            "1 keeps 8, Returned",
            "2 begins new@pc2 3",
            "1 keeps 0, Returned"
        ]
    );
}

#[test]
fn a_grouping_is_read_as_it_is_written() {
    for grouping in [Grouping::None, Grouping::Host, Grouping::User] {
        assert_eq!(grouping.to_string().parse(), Ok(grouping));
        assert_eq!(serde_json::to_value(grouping).unwrap(), grouping.to_string());
    }
    assert_eq!("hosts".parse::<Grouping>(), Err(UnknownGrouping));
}
