//! Validated texts: names, slugs, addresses.

pub mod address;

use alloc::borrow::{Borrow, Cow};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text that does not have the form that its field requires.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct InvalidText {
    /// What the field takes, as a phrase that completes "expected …".
    pub expected: &'static str,
}

/// `1 seat`, `2 seats`: a count with its noun.
#[must_use]
pub fn counted(count: impl fmt::Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let word = if count == "1" { one } else { many };
    format!("{count} {word}")
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $expected:literal, $parse:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text as a string slice.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&$name> for Arc<str> {
            fn from(text: &$name) -> Self {
                Self::clone(&text.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidText;

            fn from_str(text: &str) -> Result<Self, InvalidText> {
                let parse: fn(&str) -> Option<Arc<str>> = $parse;
                parse(text).map(Self).ok_or(InvalidText { expected: $expected })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                text.parse()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    )*};
}

texts! {
    /// A name for people: of an account, user, pool, team, device or customer. 1 to 120 characters without control
    /// characters, trimmed, in composed form (NFC).
    Name, "a name of 1 to 120 characters without control characters", |text| line(&composed(text.trim()), 120);

    /// The slug of a product: `remote-support`.
    Product, "a product slug: 1 to 64 of a-z, 0-9 and `-`, starting with a letter", slug;

    /// The name of a plan, a slug like a product's.
    PlanName, "a plan name: 1 to 64 of a-z, 0-9 and `-`, starting with a letter", slug;

    /// An e-mail address in [normalized form](address). Unique in its account.
    Email, "an e-mail address, such as `sven@example.com`", address::email;

    /// A user's name in a directory (D1): 1 to 320 characters without control characters, trimmed. Names that differ
    /// only in case, or in how the domain of an address is written, are the same name: compare [`UserName::folded`].
    UserName, "a user name of 1 to 320 characters without control characters", |text| line(&composed(text.trim()), 320);

    /// Another system's id of a thing, unchanged: 1 to 255 characters without control characters.
    ExternalId, "an id of 1 to 255 characters without control characters", |text| line(text, 255);

    /// An identity provider's issuer URL: 1 to 512 visible characters.
    Issuer, "an issuer of 1 to 512 characters without white space", |text| {
        (!text.contains(char::is_whitespace)).then_some(())?;
        line(text, 512)
    };

    /// An origin whose pages may call the API in a browser, in browsers' form (RFC 6454): a scheme, a host in lower
    /// case, and a port if it is not the scheme's default.
    Origin, "an origin such as `https://support.example.com`: http or https, a host and perhaps a port, and nothing behind", origin;

    /// The id that a client keeps for its device: 1 to 128 visible characters, unique per user and product.
    DeviceId, "a device id of 1 to 128 characters without white space", |text| {
        (!text.contains(char::is_whitespace)).then_some(())?;
        line(text, 128)
    };

    /// The code with which a customer joins a session (`/join/{code}`): letters and digits, upper case.
    Code, "a code of 6 to 16 letters and digits; hyphens and spaces are ignored", code;

    /// The name of a time zone in the IANA database. Only its form is checked: the domain has no such database.
    ZoneName, "the name of a time zone, such as `Europe/Ljubljana`", zone_name;

    /// The language that people read: a tag (BCP 47), or `browser` for the one that each person's browser asks for. Only
    /// its form is checked: the domain has no texts.
    LanguageChoice, "the tag of a language, such as `de`, or `browser`", language_choice;

    /// Why somebody was signed out or a session ended, in words for the person concerned.
    Note, "a reason of 1 to 300 characters without control characters", |text| line(&composed(text.trim()), 300);
}

impl Product {
    /// A slug for a product that people call this: "Remote support" gives `remote-support`, without accents and other
    /// signs. `None` if the name has no Latin letter for a slug to begin with.
    #[must_use]
    pub fn from_name(name: &Name) -> Option<Self> {
        let mut slug = String::new();
        for letter in name.as_str().nfkd() {
            if letter.is_ascii_alphanumeric() {
                slug.push(letter.to_ascii_lowercase());
            } else if !is_combining_mark(letter) && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let slug: String = slug.chars().take(SLUG_CHARS_MAX).collect();
        slug.trim_end_matches('-').parse().ok()
    }

    /// The slug in readable form: `remote-support` is "Remote support".
    #[must_use]
    pub fn readable(&self) -> String {
        let words = self.0.replace('-', " ");
        let mut letters = words.trim().chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    }
}

impl ZoneName {
    /// Whether it is UTC, the zone of accounts that have not chosen another one.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        *self.0 == *UTC
    }
}

impl Default for ZoneName {
    fn default() -> Self {
        Self(Arc::from(UTC))
    }
}

impl LanguageChoice {
    /// Whether each person's browser decides, as in accounts that have not chosen a language.
    #[must_use]
    pub fn is_browser(&self) -> bool {
        *self.0 == *BROWSER
    }
}

impl Default for LanguageChoice {
    fn default() -> Self {
        Self(Arc::from(BROWSER))
    }
}

impl Name {
    /// The form in which names are the same text that readers take for the same: whatever their case, width and spaces.
    #[must_use]
    pub fn folded(&self) -> String {
        let wide: String = self.0.nfkc().collect();
        let words: Vec<String> = wide.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ").nfkc().collect()
    }
}

impl UserName {
    /// The form in which equal names are the same text.
    #[must_use]
    pub fn folded(&self) -> String {
        address::folded(&self.0)
    }
}

/// The normal form of a text that can be written in several ways: composed (Unicode NFC).
fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// The most digits of a number by which names are ordered.
const DIGITS_MAX: usize = 20;

/// A key by which names are in the order in which readers of most languages look for them: whatever their case and
/// accents, and with numbers as numbers, so that "Pool 2" comes before "Pool 10".
#[must_use]
pub fn sort_key(name: &str) -> String {
    let letters = name.nfkd().filter(|letter| !is_combining_mark(*letter));
    let letters = letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let (mut key, mut digits) = (String::new(), String::new());
    let end = |key: &mut String, digits: &mut String| {
        if !digits.is_empty() {
            let number = digits.trim_start_matches('0');
            key.extend(core::iter::repeat_n('0', DIGITS_MAX.saturating_sub(number.len())));
            key.push_str(number);
            digits.clear();
        }
    };
    for letter in letters {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else {
            end(&mut key, &mut digits);
            key.push(letter);
        }
    }
    end(&mut key, &mut digits);
    key
}

fn line(text: &str, chars_max: usize) -> Option<Arc<str>> {
    let fits = !text.is_empty() && text.chars().count() <= chars_max && !text.contains(char::is_control);
    fits.then(|| Arc::from(text))
}

/// The name of UTC in the IANA database.
const UTC: &str = "UTC";

/// The choice of each person's browser.
const BROWSER: &str = "browser";

/// The most characters of a slug.
const SLUG_CHARS_MAX: usize = 64;

fn slug(text: &str) -> Option<Arc<str>> {
    let starts_well = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    let letters = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (starts_well && letters && text.len() <= SLUG_CHARS_MAX).then(|| Arc::from(text))
}

fn zone_name(text: &str) -> Option<Arc<str>> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+');
    let starts_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (starts_well && text.len() <= 64 && text.bytes().all(letters)).then(|| Arc::from(text))
}

fn language_choice(text: &str) -> Option<Arc<str>> {
    let text = text.to_ascii_lowercase();
    let parts_fit = text
        .split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let starts_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (parts_fit && starts_well && text.len() <= 35).then(|| Arc::from(text))
}

fn origin(text: &str) -> Option<Arc<str>> {
    let text = text.to_ascii_lowercase();
    let (scheme, host) = text.split_once("://")?;
    let own_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(own_port).unwrap_or(host);
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    let fits = !host.is_empty() && text.len() <= 255 && host.bytes().all(letters);
    fits.then(|| Arc::from(format!("{scheme}://{host}")))
}

fn code(text: &str) -> Option<Arc<str>> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let letters = plain
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (letters && (6..=16).contains(&plain.len())).then(|| Arc::from(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_what_fits_and_refuse_the_rest() {
        assert_eq!(" Sven ".parse::<Name>().unwrap().as_str(), "Sven");
        assert!("".parse::<Name>().is_err());
        assert!("a\nb".parse::<Name>().is_err());
        assert!("x".repeat(121).parse::<Name>().is_err());
        assert_eq!(
            "Sven@Example.COM".parse::<Email>().unwrap().as_str(),
            "sven@example.com"
        );
        assert!("sven".parse::<Email>().is_err());
        assert!("a b@c.d".parse::<Email>().is_err());
        assert!("remote-support".parse::<Product>().is_ok());
        assert!("Remote".parse::<Product>().is_err());
        assert_eq!("k7qm-2xrp 9d".parse::<Code>().unwrap().as_str(), "K7QM2XRP9D");
        assert!("laptop 7".parse::<DeviceId>().is_err());
        assert!("America/Port-au-Prince".parse::<ZoneName>().is_ok());
        assert!("Etc/GMT+12".parse::<ZoneName>().is_ok());
        assert!("../../etc/passwd".parse::<ZoneName>().is_err());
        assert!("Central European Time".parse::<ZoneName>().is_err());
        assert_eq!("pt-BR".parse::<LanguageChoice>().unwrap().as_str(), "pt-br");
        assert!(LanguageChoice::default().is_browser());
        assert!("german, please".parse::<LanguageChoice>().is_err());
        assert!("de--at".parse::<LanguageChoice>().is_err());
        for (text, origin) in [
            ("https://Support.Example.com", Some("https://support.example.com")),
            ("https://a.example:443", Some("https://a.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("https://a.example/", None),
            ("https://*.example", None),
            ("null", None),
            ("*", None),
            ("ftp://a.example", None),
        ] {
            let parsed = text.parse::<Origin>().ok();
            assert_eq!(parsed.as_ref().map(Origin::as_str), origin, "{text}");
        }
    }

    #[test]
    fn a_slug_is_derived_from_a_name_that_has_a_latin_letter() {
        for (name, slug) in [
            ("Remote support", Some("remote-support")),
            ("  Über-Hilfe & Co. ", Some("uber-hilfe-co")),
            ("3CX desk!", Some("cx-desk")),
            ("Поддержка", None),
            ("42", None),
        ] {
            let made = Product::from_name(&name.parse().unwrap());
            assert_eq!(made.as_ref().map(Product::as_str), slug, "{name}");
        }
        let long = Product::from_name(&"a ".repeat(60).trim().parse().unwrap()).unwrap();
        assert_eq!(long.as_str().len(), 63);
        assert_eq!(
            "remote-support".parse::<Product>().unwrap().readable(),
            "Remote support"
        );
    }

    #[test]
    fn names_and_addresses_have_one_form_however_they_are_written() {
        let (composed, apart) = ("Zo\u{eb}", "Zoe\u{308}");
        assert_eq!(apart.parse::<Name>().unwrap(), composed.parse().unwrap());
        assert_eq!(apart.parse::<UserName>().unwrap(), composed.parse().unwrap());
        let address = |name: &str| format!("{name}@example.com").parse::<Email>().unwrap();
        assert_eq!(address(apart), address("ZO\u{cb}"));
        assert_eq!(address("\u{212b}ke"), address("\u{e5}ke"));
        // Texts that were stored with an invisible character can still be read.
        assert!("Zo\u{200b}e".parse::<Name>().is_ok());
    }
}
