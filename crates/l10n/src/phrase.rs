//! A text to be said: its id and its values, without a language.

use std::borrow::Cow;

use crate::Language;
use crate::catalogue;

/// The Unicode characters that begin and end isolated text (UAX 9): names, whose writing direction must not affect the
/// text around them. Pages turn them into `<bdi>`.
pub const ISOLATE: char = '\u{2068}';
/// See [`ISOLATE`].
pub const END_OF_ISOLATE: char = '\u{2069}';

/// A noncharacter of Unicode before the index of a value that is HTML, as a digit.
pub const HTML_FOLLOWS: char = '\u{fdd1}';

/// A text of the catalogue with its values. [`phrase!`](crate::phrase) makes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    id: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

/// What stands in a text for one of its variables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number, by which a text may choose its plural form; shown with its thousands separated.
    Number(i64),
    /// What people have entered, or a key by which a text chooses a variant. Isolated when it is shown.
    Name(String),
    /// Words that are in the reader's language already: a date, a number with its unit.
    Word(String),
    /// Another text of the catalogue.
    Phrase(Box<Phrase>),
    /// A piece of a page, and the same for readers who get plain text.
    Html {
        /// Trusted: what is not is escaped in it.
        html: String,
        /// Without any markup.
        plain: String,
    },
}

impl Phrase {
    /// The text with this id, which the catalogue has. Use [`phrase!`](crate::phrase), whose ids the tests check.
    #[must_use]
    pub const fn of(id: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            values: Vec::new(),
        }
    }

    /// A text of a family: `family` and a name, as in `rule-lease-secs`. Some test must go through all names.
    #[must_use]
    pub fn of_family(family: &'static str, name: &str) -> Self {
        Self {
            id: format!("{family}-{}", name.replace(['_', '.'], "-")).into(),
            values: Vec::new(),
        }
    }

    /// The same text, with a value for a variable.
    #[must_use]
    pub fn with(mut self, variable: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((variable, value.into()));
        self
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The values, in the order in which [`HTML_FOLLOWS`] counts them.
    #[must_use]
    pub fn values(&self) -> &[(&'static str, Value)] {
        &self.values
    }

    /// Whether a value is HTML.
    #[must_use]
    pub fn has_html(&self) -> bool {
        let mut values = self.values.iter();
        values.any(|(_, value)| matches!(value, Value::Html { .. }))
    }

    /// The text in a language, with its marks: names are isolated, code stands between backticks, and
    /// [`HTML_FOLLOWS`] and a digit stand where a value is HTML.
    #[must_use]
    pub fn marked(&self, language: Language) -> Cow<'static, str> {
        catalogue::text(language, &self.id, &self.values)
    }

    /// The text in a language, for places that know no markup. Names stay isolated, as plain text can be.
    #[must_use]
    pub fn isolated(&self, language: Language) -> String {
        let marked = self.marked(language);
        if !marked.contains(HTML_FOLLOWS) {
            return marked.into_owned();
        }
        let mut text = String::with_capacity(marked.len());
        let mut characters = marked.chars();
        while let Some(character) = characters.next() {
            if character != HTML_FOLLOWS {
                text.push(character);
            } else if let Some(Value::Html { plain, .. }) = self.html_at(characters.next()) {
                text.push_str(plain);
            }
        }
        text
    }

    /// The text in a language, without any marks.
    #[must_use]
    pub fn plain(&self, language: Language) -> String {
        without_marks(&self.isolated(language))
    }

    /// The value that a digit after [`HTML_FOLLOWS`] means.
    #[must_use]
    pub fn html_at(&self, digit: Option<char>) -> Option<&Value> {
        let index = usize::try_from(digit?.to_digit(36)?).ok()?;
        self.values.get(index).map(|(_, value)| value)
    }
}

/// A text without isolates and backticks.
#[must_use]
pub fn without_marks(text: &str) -> String {
    text.replace([ISOLATE, END_OF_ISOLATE, '`'], "")
}

/// A text of the catalogue: `phrase!("mail-greeting", name = name)`.
#[macro_export]
macro_rules! phrase {
    ($id:literal $(, $variable:ident = $value:expr)* $(,)?) => {
        $crate::Phrase::of($id)$(.with(stringify!($variable), $value))*
    };
}

macro_rules! numbers {
    ($($kind:ty)*) => {
        $(impl From<$kind> for Value {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        })*
    };
}

numbers!(i32 i64 u16 u32 u64 usize);

impl From<String> for Value {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&str> for Value {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<&String> for Value {
    fn from(name: &String) -> Self {
        Self::Name(name.clone())
    }
}

impl From<Phrase> for Value {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(Box::new(phrase))
    }
}
