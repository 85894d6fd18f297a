use super::*;

fn said_of(text: &str) -> Said<'_> {
    match Line::parse(text) {
        Line::Said { what, .. } => what,
        other => panic!("{other:?}"),
    }
}

fn use_of(text: &str) -> Use<'_> {
    match said_of(text) {
        Said::Use(usage) => usage,
        other => panic!("{other:?}"),
    }
}

fn day(year: i16, month: i8, day: i8) -> Said<'static> {
    Said::Day(days_since_1970(Date::constant(year, month, day)).unwrap())
}

#[test]
fn a_line_has_a_time_with_or_without_a_leading_blank_a_daemon_and_a_message() {
    for text in [
        r#" 6:51:39 (adskflex) OUT: "64300ACD_F" user0001@host0001"#,
        r#"06:51:39 (adskflex) OUT: "64300ACD_F" user0001@host0001  "#,
        "6:51:39 (adskflex)\tOUT:\t\"64300ACD_F\"\tuser0001@host0001\t",
    ] {
        let Line::Said {
            clock, daemon, what, ..
        } = Line::parse(text)
        else {
            panic!("{text}");
        };
        assert_eq!((clock, daemon), (6 * 3600 + 51 * 60 + 39, "adskflex"), "{text}");
        let expected = Use {
            deed: Deed::Out,
            feature: "64300ACD_F",
            user: "user0001",
            host: "host0001",
            count: 1,
            remark: None,
            is_old_form: false,
        };
        assert_eq!(what, Said::Use(expected), "{text}");
    }
}

#[test]
fn several_licenses_at_once_are_counted() {
    let text = r#"21:06:15 (ansyslmd) OUT: "hfsshpc" user0001@host0001   (20 licenses)"#;
    assert_eq!(use_of(text).count, 20);
    assert_eq!(use_of(text).remark, None);

    let with_data = "14:46:39 (telelogic) OUT: TLSTOK-token ann@pc1  [DOORS (9 licenses)]  (3 licenses)";
    assert_eq!(use_of(with_data).feature, "TLSTOK-token");
    assert_eq!(use_of(with_data).count, 3);

    let verbose = r#"9:00:00 (d) OUT: "F" ann@pc1 (2 licenses) ^^^ 1.0 ann 10.0.0.1 77 1 2 9 "" v11 (x) ^^^"#;
    assert_eq!(use_of(verbose).count, 2);
}

#[test]
fn a_return_forced_by_the_server_has_its_reason() {
    for (text, mark) in [
        (r#"9:00:00 (adskflex) IN: "F" ann@pc1   (INACTIVE)"#, "INACTIVE"),
        (r#"9:00:00 (MLM) IN: "F" ann@pc1  (SHUTDOWN)"#, "SHUTDOWN"),
        (
            r#"9:00:00 (MLM) IN: "F" ann@pc1  (3 licenses) (USER_CLOSE)"#,
            "USER_CLOSE",
        ),
    ] {
        let usage = use_of(text);
        assert_eq!((usage.deed, usage.remark), (Deed::In, Some(mark)), "{text}");
    }
}

#[test]
fn a_denial_is_for_lack_of_seats_only_if_all_were_in_use_or_others_waited() {
    for (reason, by_limit) in [
        ("(Licensed number of users already reached. (-4,342))", true),
        (
            r#"(Licensed number of users already reached. (-4,342:10054 ""))"#,
            true,
        ),
        (
            r#"(Licensed number of users already reached. (-4,342:104 "Connection reset by peer"))"#,
            true,
        ),
        (
            "(3 licenses) (Licensed number of users already reached. (-4,132))",
            true,
        ),
        ("(Users are queued for this feature. (-24,332))", true),
        ("(User/host not on INCLUDE list for feature. (-39,147))", false),
        ("(User/host on EXCLUDE list for feature. (-38,349))", false),
        (
            "(Checkout exceeds MAX specified in options file. (-87,147))",
            false,
        ),
        (
            "(Request for more licenses than this feature supports. (-22,337))",
            false,
        ),
        ("(No such feature exists. (-5,346))", false),
        ("(Feature has expired. (-10,32))", false),
        (
            "(License server system does not support this version of this feature. (-25,334))",
            false,
        ),
        ("", false),
    ] {
        let text = format!(r#"9:00:00 (d) DENIED: "F" ann@pc1  {reason}"#);
        let usage = use_of(&text);
        assert_eq!(usage.deed, Deed::Denied);
        assert_eq!(usage.is_for_lack_of_seats(), by_limit, "{text}");
    }
}

#[test]
fn names_may_contain_spaces_and_an_at_sign() {
    for (client, user, host) in [
        ("Ann Smith@PC-1", "Ann Smith", "PC-1"),
        ("ann@corp.example@PC-1", "ann@corp.example", "PC-1"),
        ("Ann (IT)@PC-1", "Ann (IT)", "PC-1"),
        (r"CORP\ann@pc.corp.example", r"CORP\ann", "pc.corp.example"),
        ("(PORT_AT_HOST_PLUS   ) ann@PC-1", "ann", "PC-1"),
        ("müller@büro", "müller", "büro"),
        ("@PC-1", "", "PC-1"),
        ("ann@", "ann", ""),
    ] {
        let text = format!(r#"9:00:00 (d) OUT: "F" {client}  (2 licenses)"#);
        let usage = use_of(&text);
        assert_eq!((usage.user, usage.host, usage.count), (user, host, 2), "{text}");
    }
}

#[test]
fn only_time_stamps_starts_and_statistics_have_a_date() {
    for (text, expected) in [
        (" 7:56:05 (lmgrd) TIMESTAMP 3/30/2016", day(2016, 3, 30)),
        (
            " 1:56:05 (lmgrd) FlexNet Licensing (v11.12.0.0 build 136775 x64_n6) started on server (IBM PC) (3/30/2016)",
            day(2016, 3, 30),
        ),
        (
            "10:25:28 (lmgrd) FLEXnet Licensing (v11.7.0.0 build 73797 x64_n6) started on server (IBM PC) (6/9/2022)",
            day(2022, 6, 9),
        ),
        (
            "15:34:04 (parteklm) (@parteklm-SLOG@) Time: Thu Apr 30 2015 15:34:04 Eastern Daylight Time",
            day(2015, 4, 30),
        ),
        (
            " 7:47:04 (lmgrd) (@lmgrd-SLOG@) Start-Date: Mon Oct 06 2014 07:47:04 Central Daylight Time",
            day(2014, 10, 6),
        ),
        (
            "13:01:46 (lmgrd) Server's System Date and Time: Sun Mar 17 2024 13:01:46 Pacific Daylight Time",
            day(2024, 3, 17),
        ),
        (
            " 0:00:01 (d) (@d-SLOG@) Time: Thu Apr 30 2015 23:59:59 CEST",
            day(2015, 5, 1),
        ),
        // A start from long ago, repeated in a summary.
        (
            " 9:00:01 (d) (@d-SLOG@) Start-Date: Thu Apr 30 2015 15:34:04 CEST",
            Said::Statistics,
        ),
        (" 9:00:01 (d) (@d-SLOG@) === Host Info ===", Said::Statistics),
        (" 9:00:01 (d) (@d-SLOG@)", Said::Statistics),
        (" 9:00:01 (d) Expires 3/30/2016", Said::Notice),
        (
            " 9:00:01 (lmgrd) Started adskflex (internet tcp_port 2080 pid 77)",
            Said::Notice,
        ),
        (" 9:00:01 (d) TIMESTAMP 13/30/2016", Said::Bad("no such date")),
        (" 9:00:01 (d) TIMESTAMP 2/30/2016", Said::Bad("no such date")),
        (" 9:00:01 (d) TIMESTAMP", Said::Bad("no such date")),
    ] {
        assert_eq!(said_of(text), expected, "{text}");
    }
}

#[test]
fn other_known_lines_have_their_kinds() {
    for (text, expected) in [
        (" 1:56:09 (adskflex) Server started on server for:", Said::Started),
        (
            " 1:56:09 (adskflex) Server started on server for:\tA\tB",
            Said::Started,
        ),
        (
            r#"8:42:42 (adskflex) UNSUPPORTED: "F" ann@pc1   (No such feature exists. (-5,346))"#,
            Said::Unsupported,
        ),
        (
            r#"8:42:42 (d) UNSUPPORTED: "F" (PORT_AT_HOST_PLUS   ) ann@pc1  (-18,327)"#,
            Said::Unsupported,
        ),
        (r#"8:42:42 (d) QUEUED: "F" ann@pc1  (2 licenses)"#, Said::Queued),
        (r#"8:42:42 (d) DEQUEUED: "F" ann@pc1"#, Said::Queued),
        ("8:42:42 (lmgrd) EXITING DUE TO SIGNAL 15", Said::Notice),
        ("8:42:42 (lmgrd)", Said::Notice),
    ] {
        assert_eq!(said_of(text), expected, "{text}");
    }
}

#[test]
fn an_unreadable_line_has_a_reason() {
    for (text, why) in [
        (
            "(Licensed number of users already reached. (-4,342:10054 ))",
            "no time of day",
        ),
        ("25:00:00 (d) TIMESTAMP 3/30/2016", "no time of day"),
        ("9:60:00 (d) TIMESTAMP 3/30/2016", "no time of day"),
        ("9:00:000 (d) TIMESTAMP 3/30/2016", "no time of day"),
        ("+9:00:00 (d) TIMESTAMP 3/30/2016", "no time of day"),
        ("9:00:00", "no time of day"),
        ("9:00:00 d OUT", "no daemon"),
        ("9:00:00 (d OUT", "no daemon"),
    ] {
        assert_eq!(Line::parse(text), Line::Bad(why), "{text}");
    }
    for (text, why) in [
        (r#"9:00:00 (d) OUT: "F ann@pc1"#, "no feature"),
        (r#"9:00:00 (d) OUT: "" ann@pc1"#, "no feature"),
        ("9:00:00 (d) OUT:", "no feature"),
        (r#"9:00:00 (d) OUT: "F""#, "no user@host"),
        (r#"9:00:00 (d) IN: "F" ann  (INACTIVE)"#, "no user@host"),
        (r#"9:00:00 (d) IN: "F" @"#, "no user@host"),
        (
            r#"9:00:00 (d) OUT: "F" ann@pc1 (0 licenses)"#,
            "an impossible number of licenses",
        ),
        (
            r#"9:00:00 (d) OUT: "F" ann@pc1 (99999999999 licenses)"#,
            "an impossible number of licenses",
        ),
    ] {
        assert_eq!(said_of(text), Said::Bad(why), "{text}");
    }
    assert_eq!(Line::parse(" \t "), Line::Blank);
}

#[test]
fn the_oldest_format_begins_with_the_number_of_licenses() {
    for (text, count) in [
        ("8:01:00 (acme) DENIED: 3 editor to dave@pc4", 3),
        (r#"8:02:00 (acme) DENIED: 3 "editor" to dave@pc4"#, 3),
        ("8:02:00 (acme) DENIED: 3 editor to dave@pc4 (5/12/06 8:02)", 3),
        ("8:02:00 (acme) OUT: 2 editor by dave@pc4", 2),
        ("8:02:00 (acme) IN: editor by dave@pc4", 1),
        ("8:02:00 (acme) OUT: 2 dave@pc4", 1),
    ] {
        let usage = use_of(text);
        let expected = if text.contains("editor") { "editor" } else { "2" };
        assert_eq!(
            (usage.feature, usage.user, usage.host, usage.count),
            (expected, "dave", "pc4", count),
            "{text}"
        );
        if usage.deed == Deed::Denied {
            assert!(usage.is_for_lack_of_seats(), "{text}");
        }
    }
    assert_eq!(
        said_of("8:01:00 (acme) DENIED: 99999999999 editor to dave@pc4"),
        Said::Bad("an impossible number of licenses")
    );
}

#[test]
fn the_verbose_format_has_the_user_and_the_number_elsewhere() {
    let usage = use_of(
        r#"8:42:54 (acme) OUT: "f1" @pc1 (2) ^^^ 1.0 bob 127.0.0.1 29866 0x12CF 3 3 N/A 11 19 8-8-2023 8:42:54 NO ^^^"#,
    );
    assert_eq!((usage.user, usage.host, usage.count), ("bob", "pc1", 2));

    let denied = use_of(
        r#"8:43:00 (acme) DENIED: "f1" @pc2 (Licensed number of users already reached. (-4,342)) ^^^ 1.0 carol 127.0.0.2 (9) ^^^"#,
    );
    assert_eq!((denied.user, denied.host, denied.count), ("carol", "pc2", 1));
    assert!(denied.is_for_lack_of_seats());
}

#[test]
fn an_upgrade_says_from_how_many_licenses_to_how_many() {
    let usage = use_of(r#"9:00:00 (acme) UPGRADE: "tokens" flow@node1  (5->6 licenses)"#);

    assert_eq!((usage.deed, usage.count), (Deed::Upgrade { from: 5 }, 6));
    for (text, why) in [
        (
            r#"9:00:00 (acme) UPGRADE: "tokens" flow@node1"#,
            "no numbers of licenses",
        ),
        (
            r#"9:00:00 (acme) UPGRADE: "tokens" flow@node1 (6 licenses)"#,
            "no numbers of licenses",
        ),
        (
            r#"9:00:00 (acme) UPGRADE: "tokens" flow@node1 (5->0 licenses)"#,
            "an impossible number of licenses",
        ),
    ] {
        assert_eq!(said_of(text), Said::Bad(why), "{text}");
    }
}

#[test]
fn a_line_may_begin_with_its_date() {
    let expected = days_since_1970(Date::constant(2023, 8, 8));
    for text in [
        r#"2023-08-08T08:41:54 (acme) OUT: "f1" ann@pc1"#,
        r#"2023-08-08 8:41:54.123 (acme) OUT: "f1" ann@pc1"#,
        r#"2023-08-08T08:41:54.123+02:00 (acme) OUT: "f1" ann@pc1"#,
        r#"2023-08-08T08:41:54Z (acme) OUT: "f1" ann@pc1"#,
    ] {
        let Line::Said { clock, day, .. } = Line::parse(text) else {
            panic!("{text}");
        };
        assert_eq!((clock, day), (8 * 3600 + 41 * 60 + 54, expected), "{text}");
    }
    for text in [
        r#"2023-13-08T08:41:54 (acme) OUT: "f1" ann@pc1"#,
        r#"2023-08-0808:41:54 (acme) OUT: "f1" ann@pc1"#,
    ] {
        assert_eq!(Line::parse(text), Line::Bad("no time of day"), "{text}");
    }
}
