//! The rules for new passwords: long enough, not on a list, and not easily guessed.
//!
//! The number of guesses is estimated by `zxcvbn`, which knows the 30,000 most common passwords, words, names, keyboard
//! rows, dates and their usual disguises. [`KNOWN`] adds long phrases that its lists do not have.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use usher_domain::text::{Email, Name};
use zxcvbn::feedback::Warning;
use zxcvbn::{Entropy, Score, zxcvbn};

use crate::PasswordError;

/// The fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// The most characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// How many characters of a password the estimator sees: its time grows faster than linearly with the length.
/// Characters after these can only make a password stronger.
const ESTIMATED_CHARS_MAX: usize = 64;

/// With this score a password resists guessing against a stolen hash: more than 10^8 guesses.
const SCORE_MIN: Score = Score::Three;

/// The fewest characters of a password that are not part of words known about its user. Only words of at least
/// [`KNOWN_WORD_CHARS_MIN`] characters count.
const BESIDE_CHARS_MIN: usize = 6;
const KNOWN_WORD_CHARS_MIN: usize = 3;

/// Well-known phrases, one per line, without spaces and in lower case.
const KNOWN: &str = include_str!("known_phrases.txt");

/// Why a password is too easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It is on a list of common passwords.
    Common,
    /// It is a slightly changed common password.
    NearlyCommon,
    /// It consists of the user's name or address, or of the account's name.
    AboutUser,
    /// It is a single word or name.
    OneWord,
    /// It is a row of keys or of letters.
    Row,
    /// It repeats itself.
    Repeats,
    /// It is a date.
    Date,
    /// It is too regular for its length.
    Regular,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Self::Common => "it is on the lists that are tried first",
            Self::NearlyCommon => "it is nearly a common password, and the usual changes are tried as well",
            Self::AboutUser => "it is made of your name, your address or your account’s name",
            Self::OneWord => "one word or name is tried soon",
            Self::Row => "keys or letters in a row are tried soon",
            Self::Repeats => "it repeats itself",
            Self::Date => "dates are tried soon",
            Self::Regular => "too little of it cannot be foreseen",
        };
        f.write_str(why)
    }
}

/// Words known about a user, with which guesses at their password begin.
#[must_use]
pub fn known_about(account: &Name, name: &Name, email: &Email) -> Vec<String> {
    vec![name.to_string(), email.to_string(), account.to_string()]
}

/// Checks whether a new password may be used. `about` are the [words known about its user](known_about). Takes some
/// milliseconds.
pub(crate) fn check(password: &str, about: &[String]) -> Result<(), PasswordError> {
    match password.chars().count() {
        ..PASSWORD_CHARS_MIN => return Err(PasswordError::TooShort),
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => {}
        _ => return Err(PasswordError::TooLong),
    }
    let folded = without_accents(password);
    let plain: String = folded.chars().filter(|it| it.is_alphanumeric()).collect();
    if KNOWN.lines().any(|known| known == plain) {
        return Err(PasswordError::Weak(Weakness::Common));
    }
    let words = words(about);
    if beside(&folded, &words) < BESIDE_CHARS_MIN {
        return Err(PasswordError::Weak(Weakness::AboutUser));
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let first = |text: &str| text.chars().take(ESTIMATED_CHARS_MAX).collect::<String>();
    let seen = first(password);
    let estimate = zxcvbn(&seen, &words);
    if estimate.score() >= SCORE_MIN {
        // Accents make a name no harder to guess.
        return match first(&folded) {
            folded if folded == seen.to_lowercase() || zxcvbn(&folded, &words).score() >= SCORE_MIN => Ok(()),
            folded if zxcvbn(&folded, &[]).score() >= SCORE_MIN => {
                Err(PasswordError::Weak(Weakness::AboutUser))
            }
            _ => Ok(()),
        };
    }
    let for_a_stranger = zxcvbn(&seen, &[]);
    let weakness = if for_a_stranger.score() >= SCORE_MIN {
        Weakness::AboutUser
    } else {
        weakness(&for_a_stranger)
    };
    Err(PasswordError::Weak(weakness))
}

/// The texts without separators, and each of their words, in the forms in which people disguise them: without accents,
/// with two letters for one that keyboards lack, and backwards. Folded, without duplicates.
fn words(about: &[String]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in about {
        for text in [without_accents(text), without_accents(&spelled_out(text))] {
            let parts: Vec<_> = text
                .split(|it: char| !it.is_alphanumeric())
                .filter(|part| !part.is_empty())
                .collect();
            words.insert(parts.concat());
            words.extend(parts.into_iter().map(str::to_owned));
            words.insert(text);
        }
    }
    let backwards: Vec<String> = words.iter().map(|word| word.chars().rev().collect()).collect();
    words.extend(backwards);
    words
}

/// The form in which texts are compared: lower case, without accents and the like (NFKD), and with a plain letter for
/// letters without a decomposition.
fn without_accents(text: &str) -> String {
    let lower = text
        .nfkd()
        .filter(|it| !is_combining_mark(*it))
        .collect::<String>();
    let lower = lower.to_lowercase();
    let mut folded = String::with_capacity(lower.len());
    for letter in lower.nfkd().filter(|it| !is_combining_mark(*it)) {
        match letter {
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            other => folded.push(other),
        }
    }
    folded
}

/// A text with letters spelled out as two, where the language has such a form: `Müller`, `Mueller`.
fn spelled_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    for letter in text.to_lowercase().nfc() {
        match letter {
            'ä' => spelled.push_str("ae"),
            'ö' | 'ø' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            'å' => spelled.push_str("aa"),
            other => spelled.push(other),
        }
    }
    spelled
}

/// How many characters of a folded password are not part of words known about its user. The estimator sees three parts
/// in `fjordfield12`, and considers three parts hard to guess, whatever they are.
fn beside(password: &str, words: &BTreeSet<String>) -> usize {
    let long_enough = |word: &&String| word.chars().count() >= KNOWN_WORD_CHARS_MIN;
    let mut words: Vec<_> = words.iter().filter(long_enough).collect();
    words.sort_by_key(|word| Reverse(word.len()));
    let rest = words
        .iter()
        .fold(password.to_owned(), |rest, word| rest.replace(*word, ""));
    rest.chars().count()
}

fn weakness(estimate: &Entropy) -> Weakness {
    match estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning) {
        Some(
            Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword,
        ) => Weakness::Common,
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => Weakness::NearlyCommon,
        Some(
            Warning::AWordByItselfIsEasyToGuess
            | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::OneWord,
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess
            | Warning::SequencesLikeAbcAreEasyToGuess,
        ) => Weakness::Row,
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Weakness::Repeats,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Weakness::Date,
        None => Weakness::Regular,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Result<(), Weakness> {
        let about = ["Sven Nilsson", "sven.nilsson@contoso.example", "Contoso Support"];
        match check(password, &about.map(str::to_owned)) {
            Ok(()) => Ok(()),
            Err(PasswordError::Weak(weakness)) => Err(weakness),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn easily_guessed_passwords_are_refused_with_the_reason() {
        let table = [
            ("password1234", Weakness::Common),
            ("P@ssword1234!", Weakness::NearlyCommon),
            ("correct horse battery staple", Weakness::Common),
            ("CorrectHorseBatteryStaple", Weakness::Common),
            ("administrator", Weakness::OneWord),
            ("sven.nilsson@contoso.example", Weakness::AboutUser),
            ("contososupport1", Weakness::AboutUser),
            ("Sven-Contoso-12!", Weakness::AboutUser),
            ("aaaaaaaaaaaaaaaa", Weakness::Repeats),
            ("letmeinletmein", Weakness::Repeats),
            ("abcdefghijklm", Weakness::Row),
        ];
        for (password, weakness) in table {
            assert_eq!(verdict(password), Err(weakness), "{password}");
        }
        // There are two equally good reasons, and the estimator may name either.
        let in_a_row = verdict("1234567890123");
        assert!(
            matches!(in_a_row, Err(Weakness::Row | Weakness::NearlyCommon)),
            "{in_a_row:?}"
        );
    }

    #[test]
    fn ones_own_name_is_refused_in_every_disguise() {
        let about = ["Zoë Åkerström", "zoe.aakerstroem@bücher.example", "Łódź Bücherei"].map(str::to_owned);
        for password in [
            "zoëåkerström",
            "ZOË-ÅKERSTRÖM",
            "zoeakerstrom12",
            "Zoe.Akerstrom!",
            "Zo\u{e8}\u{c5}k\u{e9}rström7",
            "zoe\u{308}a\u{30a}kerstro\u{308}m",
            "ＺｏｅＡｋｅｒｓｔｒｏｍ１",
            "zoeaakerstroem99",
            "mortsreka eoz",
            "MÖRTSREKÅËOZ1984",
            "akerstrom12345",
            "lodzbuecherei",
            "LodzBucherei1",
            "Bücherei-Łódź",
        ] {
            let refused = check(password, &about);
            let why: Result<(), _> = Err(PasswordError::Weak(Weakness::AboutUser));
            assert_eq!(format!("{refused:?}"), format!("{why:?}"), "{password}");
        }
        assert!(check("teapot Zoë anchor lilac", &about).is_ok());
    }

    #[test]
    fn a_few_unpredictable_words_are_enough() {
        for password in [
            "teapot anchor lilac",
            "we row to the island at six",
            "9f3b-77ac-0d1e",
            "å ä ö är inte a a o",
        ] {
            assert_eq!(verdict(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn the_estimator_sees_the_first_64_characters() {
        let strong = "teapot anchor lilac";
        let late = format!("{}{strong}", "a".repeat(ESTIMATED_CHARS_MAX));
        let early = format!("{strong}{}", "a".repeat(200));

        assert_eq!(verdict(&late), Err(Weakness::Repeats));
        assert_eq!(verdict(&early), Ok(()));
    }

    #[test]
    fn every_known_phrase_is_written_as_it_is_compared() {
        for known in KNOWN.lines() {
            assert!(known.chars().count() >= PASSWORD_CHARS_MIN, "{known}");
            assert!(known.chars().all(char::is_alphanumeric), "{known}");
            assert_eq!(known, without_accents(known));
        }
    }

    #[test]
    fn the_length_is_counted_in_characters_and_the_error_names_the_bound() {
        let of = |chars: usize| {
            check(
                &"åäöéñçøæß¡þðłđ"
                    .repeat(30)
                    .chars()
                    .take(chars)
                    .collect::<String>(),
                &[],
            )
        };
        assert!(!matches!(of(12), Err(PasswordError::TooShort)));
        assert!(!matches!(of(256), Err(PasswordError::TooLong)));
        assert_eq!(
            of(11).unwrap_err().to_string(),
            "a password needs at least 12 characters"
        );
        assert_eq!(
            of(257).unwrap_err().to_string(),
            "a password has at most 256 characters"
        );
    }
}
