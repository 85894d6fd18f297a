//! The languages.

use std::fmt;

/// A language that Usher speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, for those whose language Usher does not speak.
    #[default]
    English,
    /// German
    German,
    /// Swedish
    Swedish,
    /// Slovenian
    Slovenian,
    /// Spanish
    Spanish,
    /// French
    French,
}

impl Language {
    /// All languages, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::German,
        Self::Spanish,
        Self::French,
        Self::Slovenian,
        Self::Swedish,
    ];

    /// Its tag (BCP 47), as in the attribute `lang` of a page.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Swedish => "sv",
            Self::Slovenian => "sl",
            Self::Spanish => "es",
            Self::French => "fr",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Swedish => "Svenska",
            Self::Slovenian => "Slovenščina",
            Self::Spanish => "Español",
            Self::French => "Français",
        }
    }

    /// The language of a tag, whatever its region: `de` of `de-AT`. `None` if Usher does not speak it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of a list that a browser sends (`Accept-Language`, RFC 9110, section 12.5.4) that Usher
    /// speaks. Browsers list the languages by preference, so the weights are only looked at to leave out what is not
    /// wanted.
    #[must_use]
    pub fn accepted(list: &str) -> Option<Self> {
        list.split(',').find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next()?;
            let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            Self::of_tag(tag).filter(|_| !is_refused)
        })
    }

    /// A whole number as the language writes it: `10,000`.
    #[must_use]
    pub fn number(self, count: impl fmt::Display) -> String {
        let (separator, from_digits) = match self {
            Self::English => (',', 4),
            Self::German | Self::Slovenian => ('.', 4),
            Self::Swedish => ('\u{a0}', 4),
            // Four digits stay together.
            Self::Spanish => ('.', 5),
            Self::French => ('\u{202f}', 4),
        };
        let written = count.to_string();
        let (sign, digits) = match written.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", written.as_str()),
        };
        if digits.len() < from_digits {
            return written;
        }
        let mut separated = String::with_capacity(written.len() + written.len() / 2);
        separated.push_str(sign);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                separated.push(separator);
            }
            separated.push(digit);
        }
        separated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_first_of_its_languages_that_usher_speaks() {
        for (list, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("pl, sl;q=0.7, en;q=0.3", Some(Language::Slovenian)),
            ("FR", Some(Language::French)),
            ("de;q=0, sv", Some(Language::Swedish)),
            ("pl,cs;q=0.5", None),
            ("*", None),
            ("", None),
            ("den-Latn", None),
        ] {
            assert_eq!(Language::accepted(list), language, "{list}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        for (language, four, seven) in [
            (Language::English, "1,000", "1,234,567"),
            (Language::German, "1.000", "1.234.567"),
            (Language::Swedish, "1\u{a0}000", "1\u{a0}234\u{a0}567"),
            (Language::Slovenian, "1.000", "1.234.567"),
            (Language::Spanish, "1000", "1.234.567"),
            (Language::French, "1\u{202f}000", "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(language.number(1_000), four);
            assert_eq!(language.number(1_234_567), seven);
            assert_eq!(language.number(999), "999");
        }
        assert_eq!(Language::English.number(-1_000), "-1,000");
        assert_eq!(Language::English.number(-100), "-100");
    }
}
