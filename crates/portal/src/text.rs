//! The texts of pages, in the language of the page's reader.
//!
//! `text!("console-sign-out")` is a [`Label`]: a constant that templates show as HTML. With values, as in
//! `text!("console-left-by", name = name)`, it is a [`Text`]. Neither has a language: both are put into words when a page
//! is rendered, so they can be kept and shared among readers. `plain()` is for attributes and titles.

use std::borrow::Cow;
use std::fmt::{self, Display};

use askama::filters::HtmlSafe;
use usher_domain::text::{DeviceId, Name, Note, Product};
use usher_l10n::{Phrase, Value};

use crate::linked::Linked;
use crate::reader;
use crate::said::{escaped, write_said};
use crate::shown::{Moment, ProductLabel, Until};

/// A text of the catalogue: `text!("seats-title")`, `text!("seats-left", count = left)`.
macro_rules! text {
    ($id:literal $(,)?) => {
        $crate::text::Label::of($id)
    };
    ($id:literal $(, $variable:ident = $value:expr)+ $(,)?) => {
        $crate::text::Label::of($id)$(.with(stringify!($variable), $value))+
    };
}

/// A text without values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Label(&'static str);

/// A text with its values, or words that do not come from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Text(Source);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    Phrase(Phrase),
    /// Words as they are, with the marks of [`Said`](crate::said::Said).
    Words(Cow<'static, str>),
}

impl Label {
    /// The text of an id. [`text!`] makes it, whose ids the tests of the catalogue check.
    pub(crate) const fn of(id: &'static str) -> Self {
        Self(id)
    }

    /// The text with a value for a variable.
    pub(crate) fn with(self, variable: &'static str, value: impl Argument) -> Text {
        Text(Source::Phrase(
            Phrase::of(self.0).with(variable, value.argument()),
        ))
    }

    /// Never: for macros of templates that take a text or none (`m::field`).
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) const fn is_empty(self) -> bool {
        false
    }

    /// For attributes, titles and scripts: without markup.
    pub(crate) fn plain(self) -> String {
        Phrase::of(self.0).plain(reader::language())
    }
}

impl Text {
    /// A name alone, isolated.
    pub(crate) fn name(name: impl Display) -> Self {
        Self(Source::Words(crate::said::named(name).into()))
    }

    /// The text with a value for one more variable.
    pub(crate) fn with(self, variable: &'static str, value: impl Argument) -> Self {
        Self(match self.0 {
            Source::Phrase(phrase) => Source::Phrase(phrase.with(variable, value.argument())),
            words @ Source::Words(_) => words,
        })
    }

    /// For attributes, titles and scripts: without markup.
    pub(crate) fn plain(&self) -> String {
        match &self.0 {
            Source::Phrase(phrase) => phrase.plain(reader::language()),
            Source::Words(words) => usher_l10n::without_marks(words),
        }
    }

    /// The words in the reader's language with the marks of [`Said`](crate::said::Said), to be kept or sent on.
    pub(crate) fn into_words(self) -> String {
        match self.0 {
            Source::Phrase(phrase) => phrase.isolated(reader::language()),
            Source::Words(words) => words.into_owned(),
        }
    }
}

/// What is entered is escaped; values that are HTML come from this program.
impl HtmlSafe for Label {}
impl HtmlSafe for Text {}

impl Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phrase = Phrase::of(self.0);
        write_said(&phrase.marked(reader::language()), |_| None, f)
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Phrase(phrase) => {
                let html = |digit| match phrase.html_at(digit) {
                    Some(Value::Html { html, .. }) => Some(html.as_str()),
                    _ => None,
                };
                write_said(&phrase.marked(reader::language()), html, f)
            }
            Source::Words(words) => write_said(words, |_| None, f),
        }
    }
}

impl From<Label> for Text {
    fn from(label: Label) -> Self {
        Self(Source::Phrase(Phrase::of(label.0)))
    }
}

impl From<Phrase> for Text {
    fn from(phrase: Phrase) -> Self {
        Self(Source::Phrase(phrase))
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self(Source::Words(words.into()))
    }
}

impl From<&'static str> for Text {
    fn from(words: &'static str) -> Self {
        Self(Source::Words(words.into()))
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        Text::from(label).into_words()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.into_words()
    }
}

/// What can stand in a text for a variable.
pub(crate) trait Argument {
    fn argument(&self) -> Value;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn argument(&self) -> Value {
        (**self).argument()
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => {
        $(impl Argument for $kind {
            fn argument(&self) -> Value {
                Value::from(*self)
            }
        })*
    };
}

numbers!(i32 i64 u16 u32 u64 usize);

impl Argument for Value {
    fn argument(&self) -> Value {
        self.clone()
    }
}

macro_rules! names {
    ($($kind:ty)*) => {
        $(impl Argument for $kind {
            fn argument(&self) -> Value {
                Value::Name(self.to_string())
            }
        })*
    };
}

names!(str String Cow<'_, str> Name Note Product DeviceId ProductLabel);

impl Argument for Phrase {
    fn argument(&self) -> Value {
        Value::from(self.clone())
    }
}

impl Argument for Label {
    fn argument(&self) -> Value {
        Value::from(Phrase::of(self.0))
    }
}

impl Argument for Text {
    fn argument(&self) -> Value {
        match &self.0 {
            // A phrase within a phrase has no HTML, so such a text is put into words now.
            Source::Phrase(phrase) if phrase.has_html() => Value::Html {
                html: self.to_string(),
                plain: self.plain(),
            },
            Source::Phrase(phrase) => Value::from(phrase.clone()),
            Source::Words(words) => Value::Word(words.to_string()),
        }
    }
}

/// `<time>`, as `m::time` shows it.
impl Argument for Moment {
    fn argument(&self) -> Value {
        Value::Html {
            html: self.html(),
            plain: self.to_string(),
        }
    }
}

/// `<time>`, as `m::until` shows it.
impl Argument for Until {
    fn argument(&self) -> Value {
        Value::Html {
            html: self.html(),
            plain: self.to_string(),
        }
    }
}

/// A name that leads to its page, as `m::linked` shows it.
impl Argument for Linked {
    fn argument(&self) -> Value {
        Value::Html {
            html: self.html(),
            plain: self.name.clone(),
        }
    }
}

/// The whole seconds that are left, which the script counts down. `is_said` is whether screen readers hear the sentence
/// around it when 30 and 10 of them are left.
pub(crate) fn countdown(secs: impl Display, is_said: bool) -> Value {
    let said = if is_said { " data-say" } else { "" };
    Value::Html {
        html: format!("<span class=\"countdown\" data-countdown=\"{secs}\"{said}>{secs}</span>"),
        plain: secs.to_string(),
    }
}

/// The beginning of a link within a sentence; [`end_of_link`] is its end. The sentence has both as variables.
pub(crate) fn link(href: &str) -> Value {
    Value::Html {
        html: format!("<a href=\"{}\">", escaped(href)),
        plain: String::new(),
    }
}

/// See [`link`].
pub(crate) fn end_of_link() -> Value {
    Value::Html {
        html: "</a>".to_owned(),
        plain: String::new(),
    }
}

/// Emphasizes a name.
pub(crate) fn strong(name: impl Display) -> Value {
    let name = name.to_string();
    Value::Html {
        html: format!("<strong><bdi>{}</bdi></strong>", escaped(&name)),
        plain: name,
    }
}
