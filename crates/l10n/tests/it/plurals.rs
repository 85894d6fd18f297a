//! Numbers choose the right form in every language.

use std::collections::BTreeSet;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use usher_l10n::Language;

use crate::catalogue::texts_of;

/// The categories into which whole numbers of everyday size fall.
fn categories(language: Language) -> BTreeSet<String> {
    let tag: unic_langid::LanguageIdentifier = language.tag().parse().unwrap();
    let rules = PluralRules::create(tag, PluralRuleType::CARDINAL).unwrap();
    let named = |count: u32| match rules.select(count).unwrap() {
        PluralCategory::ZERO => "zero",
        PluralCategory::ONE => "one",
        PluralCategory::TWO => "two",
        PluralCategory::FEW => "few",
        PluralCategory::MANY => "many",
        PluralCategory::OTHER => "other",
    };
    (0..200_u32).map(|count| named(count).to_owned()).collect()
}

#[test]
fn a_choice_by_a_number_has_the_forms_of_its_language_and_no_others() {
    for language in Language::ALL {
        let needed = categories(language);
        for (id, text) in texts_of(language) {
            for plurals in text.plurals {
                assert_eq!(plurals, needed, "the forms of {id} in {}", language.own_name());
            }
        }
    }
    assert_eq!(categories(Language::Slovenian).len(), 4);
}
