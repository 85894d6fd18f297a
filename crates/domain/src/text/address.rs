//! E-mail addresses and their domains in normalized form.
//!
//! A browser sends `ann@münchen.example` as `ann@xn--mnchen-3ya.example`; directories and identity providers send
//! either. The normalized form, for equality and for people, is in lower case and composed (NFC), with its domain in
//! Unicode by UTS 46. A text that is not a domain by that standard stays as it was written, because earlier versions
//! stored such addresses.
//!
//! `idna` is the domain's one dependency besides Unicode normalization: two spellings of an address are one user, and
//! that is a rule of the account. It is pure, and in the program anyway, for web servers' URLs.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::composed;
use crate::hidden::Hidden;

/// The longest address in bytes (RFC 5321, section 4.5.3.1).
const EMAIL_BYTES_MAX: usize = 254;
const LOCAL_BYTES_MAX: usize = 64;

pub(super) fn email(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    let as_written = lower(text);
    if !is_address(&as_written) {
        return None;
    }
    // The normalized form has to be a valid address too; otherwise stored ones could not be read again.
    let one_form = Some(folded(text)).filter(|text| is_address(text));
    Some(Arc::from(one_form.unwrap_or(as_written)))
}

fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let clean = !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == ',' || c == ';');
    let fits = !local.is_empty() && local.len() <= LOCAL_BYTES_MAX && text.len() <= EMAIL_BYTES_MAX;
    let host_is_plain =
        !host.is_empty() && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
    clean && fits && host_is_plain
}

/// The form in which texts are equal that differ only in case, or in how the domain of an address is written. Accepts
/// texts that are not addresses too.
#[must_use]
pub fn folded(text: &str) -> String {
    let host = text.rsplit_once('@').map(|(local, host)| (local, unicode(host)));
    match host {
        Some((local, Some(host))) => format!("{}@{host}", lower(local)),
        _ => lower(text),
    }
}

fn lower(text: &str) -> String {
    composed(&composed(text).to_lowercase()).into_owned()
}

/// The normalized form of a domain: in lower case, and in Unicode where its characters are visible. `None` if it is not
/// a domain.
#[must_use]
pub fn unicode(domain: &str) -> Option<String> {
    if has_one_spelling(domain) {
        return Some(domain.to_ascii_lowercase());
    }
    // The standard drops invisible characters. They are kept here, so that the person who entered one is told.
    if Hidden::find(domain).is_some() {
        return None;
    }
    let can_be_seen =
        |label: &[char], _: &[char], _| Hidden::find(&label.iter().collect::<String>()).is_none();
    let standard = Uts46::new();
    let (shown, checked) =
        standard.to_user_interface(domain.as_bytes(), AsciiDenyList::URL, Hyphens::Allow, can_be_seen);
    checked.ok().map(|()| shown.into_owned())
}

/// A domain in the DNS's form: `xn--mnchen-3ya.example`. `None` if it is not a domain.
#[must_use]
pub fn ascii(domain: &str) -> Option<String> {
    let standard = Uts46::new();
    let ascii = standard.to_ascii(
        domain.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::Allow,
        DnsLength::Ignore,
    );
    ascii.ok().map(Cow::into_owned)
}

/// Whether a domain has only one spelling, apart from its case. Nearly all do, and need no table lookup.
fn has_one_spelling(domain: &str) -> bool {
    let bytes = domain.as_bytes();
    bytes.is_ascii() && !bytes.windows(4).any(|part| part.eq_ignore_ascii_case(b"xn--"))
}

#[cfg(test)]
mod tests {
    use super::super::Email;
    use super::*;

    fn one_form(text: &str) -> Option<String> {
        let email = text.parse::<Email>().ok()?;
        let again: Email = email.as_str().parse().expect("reads what it wrote");
        assert_eq!(again, email, "{text}");
        Some(email.to_string())
    }

    #[test]
    fn an_address_has_one_form_however_its_domain_is_written() {
        let table = [
            // As typed, as browsers and directories send it, and decomposed.
            ("Ann@MÜNCHEN.example", Some("ann@münchen.example")),
            ("ann@xn--mnchen-3ya.example", Some("ann@münchen.example")),
            ("ann@XN--MNCHEN-3YA.example", Some("ann@münchen.example")),
            ("ann@mu\u{308}nchen.example", Some("ann@münchen.example")),
            // `ß` is a separate letter, not another spelling of `ss` (UTS 46, nontransitional).
            ("ann@straße.example", Some("ann@straße.example")),
            ("ann@xn--strae-oqa.example", Some("ann@straße.example")),
            ("ann@strasse.example", Some("ann@strasse.example")),
            // Browsers turn a capital sigma into this letter, even at the end of a word.
            ("ann@ΟΔΟΣ.example", Some("ann@οδοσ.example")),
            ("ann@例え。テスト", Some("ann@例え.テスト")),
            ("ann@xn--r8jz45g.xn--zckzah", Some("ann@例え.テスト")),
            // The local part is not a domain.
            ("xn--mnchen-3ya@example.com", Some("xn--mnchen-3ya@example.com")),
            // A text that is not a domain by the standard stays as it was written, as earlier versions stored it.
            ("ann@xn--a.example", Some("ann@xn--a.example")),
            ("ann@[192.0.2.7]", Some("ann@[192.0.2.7]")),
            ("ann@my_host.example", Some("ann@my_host.example")),
            // Full-width characters do not make a different address.
            (
                "ann@evil.example＠acme.example",
                Some("ann@evil.example＠acme.example"),
            ),
            ("ann@a。。example", Some("ann@a。。example")),
            ("ann@a；b.example", Some("ann@a；b.example")),
            ("ann@münchen..example", None),
            ("@münchen.example", None),
        ];
        for (text, form) in table {
            assert_eq!(one_form(text).as_deref(), form, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_neither_dropped_nor_shown() {
        let typed = "ann@ex\u{ad}ample.com";
        assert_eq!(one_form(typed).as_deref(), Some(typed));

        // UTS 46 accepts this joiner.
        let encoded = ascii("क\u{94d}\u{200d}.example").expect("a domain");
        let shown = one_form(&format!("ann@{encoded}")).expect("an address");
        assert_eq!(Hidden::find(&shown), None, "{shown}");
    }

    #[test]
    fn an_address_whose_one_form_would_be_too_long_stays_as_it_is() {
        let label = ascii(&"例".repeat(50)).expect("a label");
        let long = format!("ann@{label}.{label}.{label}.example");
        assert!(long.len() <= EMAIL_BYTES_MAX);
        assert_eq!(one_form(&long), Some(long));
    }
}
