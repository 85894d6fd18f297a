//! A join code as an agent hands it to a customer: read aloud, as a link, or as a QR code.

/// The longest group of a code that is read aloud.
const GROUP_MAX: usize = 4;

/// A code, ready to be handed over.
pub(super) struct HandOver {
    /// The code in groups, for the eye.
    pub(super) groups: Vec<String>,
    /// Its characters one by one, for screen readers, which would read it as a word.
    pub(super) spelled: String,
    /// The customer's page.
    pub(super) link: String,
    /// Whether the address of the server is known, so that the link can be a QR code.
    pub(super) has_qr: bool,
}

impl HandOver {
    /// `link` makes the address of a path.
    pub(super) fn of(code: &str, link: impl Fn(&str) -> String) -> Self {
        let groups = groups(code);
        let spell = |group: &String| {
            let signs: Vec<_> = group.chars().map(String::from).collect();
            signs.join(" ")
        };
        let link = link(&format!("/join/{code}"));
        Self {
            spelled: groups.iter().map(spell).collect::<Vec<_>>().join(", "),
            groups,
            has_qr: !link.starts_with('/'),
            link,
        }
    }
}

/// Groups of at most four characters, as equal as possible.
fn groups(code: &str) -> Vec<String> {
    let mut left: Vec<char> = code.chars().collect();
    let mut groups = Vec::new();
    for remaining in (1..=left.len().div_ceil(GROUP_MAX)).rev() {
        let rest = left.split_off(left.len().div_ceil(remaining));
        groups.push(left.iter().collect());
        left = rest;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_grouped_for_reading_aloud() {
        for (code, said) in [
            ("123456", "123 456"),
            ("ABCDEFGH", "ABCD EFGH"),
            ("ABCDEFGHK", "ABC DEF GHK"),
            ("ABCDEFGHKL", "ABCD EFG HKL"),
            ("", ""),
        ] {
            assert_eq!(groups(code).join(" "), said);
        }
        let code = HandOver::of("ABCDEF", |path| format!("https://desk.example{path}"));
        assert_eq!(code.spelled, "A B C, D E F");
        assert_eq!(code.link, "https://desk.example/join/ABCDEF");
        assert!(code.has_qr);
        assert!(!HandOver::of("ABCDEF", str::to_owned).has_qr);
    }
}
