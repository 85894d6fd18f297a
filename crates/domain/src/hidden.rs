//! Characters that are invisible, or change the direction of the text around them: in a name they make one user look
//! like another.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// A character that a text for people must not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// The character.
    pub character: char,
    /// Its position, counted in characters from 1.
    pub position: usize,
}

impl fmt::Display for Hidden {
    /// What the field must be instead, as a phrase that completes "must be …".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { character, position } = self;
        let code = u32::from(*character);
        write!(
            f,
            "without invisible and direction-changing characters: the character at position {position} is U+{code:04X}"
        )
    }
}

impl Hidden {
    /// The first one in a text.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let mut before = None;
        let mut characters = text.chars().zip(1..).peekable();
        while let Some((character, position)) = characters.next() {
            let after = characters.peek().map(|(after, _)| *after);
            if is_hidden(character, before, after) {
                return Some(Self { character, position });
            }
            before = Some(character);
        }
        None
    }

    /// The text without any, for names that come from somebody else and that the named person cannot correct.
    #[must_use]
    pub fn removed_from(text: &str) -> String {
        let mut text = text.to_owned();
        while let Some(hidden) = Self::find(&text) {
            let at = text.char_indices().nth(hidden.position - 1);
            let Some((at, _)) = at else { break };
            text.remove(at);
        }
        text
    }
}

fn is_hidden(character: char, before: Option<char>, after: Option<char>) -> bool {
    match character {
        // Persian and many scripts of India need joiners, as do emoji composed of several.
        '\u{200c}' | '\u{200d}' => {
            let within = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
            !within(joins) && !within(is_symbol)
        }
        // They select the colored or the plain form of the preceding symbol.
        '\u{fe0e}' | '\u{fe0f}' => !before.is_some_and(is_symbol),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Whether letters of this script are joined by characters between them: Arabic to Mongolian.
fn joins(character: char) -> bool {
    matches!(character, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}')
}

/// Whether a character is a symbol that emoji are composed of.
fn is_symbol(character: char) -> bool {
    matches!(character, '\u{203c}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
        && !('\u{2060}'..='\u{206f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_found_with_its_place_and_what_scripts_and_emoji_need_is_not() {
        for (text, found) in [
            ("Zo\u{200b}e", Some(('\u{200b}', 3))),
            ("\u{202e}nimda", Some(('\u{202e}', 1))),
            ("admin\u{2069}", Some(('\u{2069}', 6))),
            ("a\u{ad}b", Some(('\u{ad}', 2))),
            ("a\u{200d}b", Some(('\u{200d}', 2))),
            ("An\u{fe0f}n", Some(('\u{fe0f}', 3))),
            ("\u{3164}", Some(('\u{3164}', 1))),
            ("x\u{e0041}", Some(('\u{e0041}', 2))),
            ("\u{feff}Ann", Some(('\u{feff}', 1))),
            ("علی\u{200c}رضا", None),
            ("क\u{94d}\u{200d}ष", None),
            ("Support ❤\u{fe0f}", None),
            ("👩\u{200d}💻 Desk", None),
            ("Łukasz Müller-O'Brien 田中", None),
        ] {
            let hidden = Hidden::find(text).map(|hidden| (hidden.character, hidden.position));
            assert_eq!(hidden, found, "{text:?}");
        }
        assert_eq!(Hidden::removed_from("\u{202e}Z\u{200b}\u{200b}oe"), "Zoe");
        assert_eq!(
            Hidden::find("Zo\u{200b}e").unwrap().to_string(),
            "without invisible and direction-changing characters: the character at position 3 is U+200B"
        );
    }
}
