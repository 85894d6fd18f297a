//! The texts of all languages, which are part of the program.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::PatternElement;
use intl_memoizer::concurrent::IntlLangMemoizer;
use unic_langid::LanguageIdentifier;

use crate::Language;
use crate::phrase::{END_OF_ISOLATE, HTML_FOLLOWS, ISOLATE, Value};

/// Before a value that is not isolated: words that are in the language already, and HTML. It is a noncharacter, which
/// nobody types; a name that begins with it anyway is just not isolated.
const NOT_A_NAME: char = '\u{fdd0}';

/// Makes the list of areas and the texts of each language from the names of the areas.
macro_rules! areas {
    ($($area:literal)*) => {
        /// The areas: one file of each language has the texts of an area.
        pub const AREAS: &[&str] = &[$($area,)*];

        fn sources(language: Language) -> &'static [&'static str] {
            match language {
                Language::English => &[$(include_str!(concat!("../locales/en/", $area, ".ftl")),)*],
                Language::German => &[$(include_str!(concat!("../locales/de/", $area, ".ftl")),)*],
                Language::Swedish => &[$(include_str!(concat!("../locales/sv/", $area, ".ftl")),)*],
                Language::Slovenian => &[$(include_str!(concat!("../locales/sl/", $area, ".ftl")),)*],
                Language::Spanish => &[$(include_str!(concat!("../locales/es/", $area, ".ftl")),)*],
                Language::French => &[$(include_str!(concat!("../locales/fr/", $area, ".ftl")),)*],
            }
        }
    };
}

// One line each, so that areas that are added at the same time do not conflict.
areas! {
    "common"
    "shell"
    "dates"
    "console"
    "api-keys"
    "audit"
    "directories"
    "groups"
    "help"
    "join"
    "link"
    "mail"
    "me"
    "minutes"
    "operator"
    "overview"
    "pools"
    "queue"
    "refusals"
    "requests"
    "rules"
    "search"
    "seats"
    "sentences"
    "sessions"
    "settings"
    "setup"
    "sign-in"
    "sso"
    "start"
    "subscription"
    "teams"
    "users"
    "work"
}

/// The texts of one language.
type Bundle = FluentBundle<FluentResource>;

/// Each is read when somebody first needs it.
static BUNDLES: [LazyLock<Bundle>; 6] = [
    LazyLock::new(|| bundle(Language::ALL[0])),
    LazyLock::new(|| bundle(Language::ALL[1])),
    LazyLock::new(|| bundle(Language::ALL[2])),
    LazyLock::new(|| bundle(Language::ALL[3])),
    LazyLock::new(|| bundle(Language::ALL[4])),
    LazyLock::new(|| bundle(Language::ALL[5])),
];

fn bundle(language: Language) -> Bundle {
    // The tags are well-formed (a test makes every bundle); the fallback is the language without any rules.
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The formatter isolates names; Fluent would isolate numbers too.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English => |value, _: &IntlLangMemoizer| formatted(value, Language::English),
        Language::German => |value, _: &IntlLangMemoizer| formatted(value, Language::German),
        Language::Swedish => |value, _: &IntlLangMemoizer| formatted(value, Language::Swedish),
        Language::Slovenian => |value, _: &IntlLangMemoizer| formatted(value, Language::Slovenian),
        Language::Spanish => |value, _: &IntlLangMemoizer| formatted(value, Language::Spanish),
        Language::French => |value, _: &IntlLangMemoizer| formatted(value, Language::French),
    }));
    for source in sources(language) {
        // What cannot be read is left out. The tests of the catalogue read every file and find every id twice.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn bundle_of(language: Language) -> &'static Bundle {
    let place = Language::ALL.iter().position(|other| *other == language);
    &BUNDLES[place.unwrap_or_default()]
}

/// How a value is written.
fn formatted(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::String(text) => Some(match text.strip_prefix(NOT_A_NAME) {
            Some(word) => word.to_owned(),
            None => format!("{ISOLATE}{text}{END_OF_ISOLATE}"),
        }),
        FluentValue::Number(number) => Some(language.number(number.value)),
        FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => None,
    }
}

/// A text with its values. A text that the language lacks is English; an id that does not exist is shown as it is.
/// The tests of the catalogue leave neither.
pub(crate) fn text(language: Language, id: &str, values: &[(&'static str, Value)]) -> Cow<'static, str> {
    let found = [language, Language::English].into_iter().find_map(|language| {
        let bundle = bundle_of(language);
        let pattern = bundle.get_message(id)?.value()?;
        Some((language, bundle, pattern))
    });
    let Some((language, bundle, pattern)) = found else {
        return id.to_owned().into();
    };
    // Most texts are words and nothing else, which the program holds as they are shown.
    if let [PatternElement::TextElement { value }] = pattern.elements.as_slice() {
        return Cow::Borrowed(*value);
    }
    let mut arguments = FluentArgs::with_capacity(values.len());
    for (index, (variable, value)) in values.iter().enumerate() {
        arguments.set(*variable, argument(language, index, value));
    }
    let (mut text, mut errors) = (String::new(), Vec::new());
    // Writing to a string cannot fail; a variable without a value is written by its name.
    let _ = bundle.write_pattern(&mut text, pattern, Some(&arguments), &mut errors);
    text.into()
}

fn argument(language: Language, index: usize, value: &Value) -> FluentValue<'_> {
    match value {
        Value::Number(number) => FluentValue::from(*number),
        Value::Name(name) => FluentValue::from(name.as_str()),
        Value::Word(word) => format!("{NOT_A_NAME}{word}").into(),
        Value::Phrase(phrase) => format!("{NOT_A_NAME}{}", phrase.isolated(language)).into(),
        Value::Html { .. } => {
            let digit = u32::try_from(index)
                .ok()
                .and_then(|index| char::from_digit(index, 36));
            let digit = digit.unwrap_or_default();
            format!("{NOT_A_NAME}{HTML_FOLLOWS}{digit}").into()
        }
    }
}
