//! Secrets at rest.

use crate::{InvalidSecretsKeys, SealError, Sealer, SecretsKeys};

const HERE: &str = "totp_secret/acme/sven";

fn sealer() -> Sealer {
    Sealer::new(&SecretsKeys::draw().unwrap())
}

fn keys(text: &str) -> SecretsKeys {
    SecretsKeys::parse(text).unwrap()
}

#[test]
fn a_sealed_value_opens_in_its_place_and_is_different_each_time() {
    let safe = sealer();

    let first = safe.seal(HERE, b"correct horse").unwrap();
    let second = safe.seal(HERE, b"correct horse").unwrap();

    assert_ne!(first, second);
    assert!(!first.windows(7).any(|window| window == b"correct"));
    assert_eq!(safe.open(HERE, &first).unwrap(), b"correct horse");
    assert_eq!(safe.open_text(HERE, &second).unwrap().expose(), "correct horse");
    assert_eq!(safe.open(HERE, &safe.seal(HERE, b"").unwrap()).unwrap(), b"");
}

#[test]
fn a_sealed_value_does_not_open_in_another_place() {
    let safe = sealer();
    let sealed = safe.seal(HERE, b"correct horse").unwrap();

    let moved = safe.open("totp_secret/acme/tuva", &sealed);

    assert!(matches!(moved, Err(SealError::Damaged { .. })), "{moved:?}");
}

#[test]
fn a_sealed_value_with_any_bit_changed_or_cut_off_does_not_open() {
    let safe = sealer();
    let sealed = safe.seal(HERE, b"correct horse").unwrap();

    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(safe.open(HERE, &changed).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(safe.open(HERE, &sealed[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn the_first_key_seals_and_all_of_them_open() {
    let (new, old) = ("11".repeat(32), "22".repeat(32));
    let before = Sealer::new(&keys(&old));
    let during = Sealer::new(&keys(&format!("{new}, {old}")));
    let after = Sealer::new(&keys(&new));
    let sealed = before.seal(HERE, b"correct horse").unwrap();

    let renewed = during.renew(HERE, &sealed).unwrap().unwrap();

    assert_eq!(during.open(HERE, &sealed).unwrap(), b"correct horse");
    assert_eq!(during.renew(HERE, &renewed).unwrap(), None);
    assert_eq!(after.open(HERE, &renewed).unwrap(), b"correct horse");
    let refused = after.open(HERE, &sealed).unwrap_err().to_string();
    assert!(refused.contains("which was not given"), "{refused}");
}

#[test]
fn keys_are_read_in_base_64_and_in_hexadecimal_digits() {
    let sealed = Sealer::new(&keys(&"fb".repeat(32))).seal(HERE, b"x").unwrap();

    for same in [
        "FB".repeat(32),
        "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=".to_owned(),
        "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s\n".to_owned(),
        keys(&"fb".repeat(32)).expose().into_exposed(),
    ] {
        assert_eq!(
            Sealer::new(&keys(&same)).open(HERE, &sealed).unwrap(),
            b"x",
            "{same}"
        );
    }
}

#[test]
fn a_malformed_list_of_keys_is_refused_and_not_repeated() {
    let good = "ab".repeat(32);

    assert_eq!(SecretsKeys::parse(" \n").unwrap_err(), InvalidSecretsKeys::Empty);
    for bad in ["short", &"zz".repeat(32), &good[1..]] {
        let refused = SecretsKeys::parse(&format!("{good},{bad}")).unwrap_err();
        assert_eq!(refused, InvalidSecretsKeys::Form { number: 2 });
        assert!(!refused.to_string().contains(bad));
    }
    let many = vec![good; 9].join(",");
    assert_eq!(
        SecretsKeys::parse(&many).unwrap_err(),
        InvalidSecretsKeys::TooMany
    );
}

#[test]
fn a_key_derived_for_one_purpose_does_not_work_for_another() {
    let keys = SecretsKeys::draw().unwrap();

    assert_eq!(keys.derive("one"), keys.derive("one"));
    assert_ne!(keys.derive("one"), keys.derive("two"));
    assert_ne!(keys.derive("one"), SecretsKeys::draw().unwrap().derive("one"));
}
