//! Changes of a pool's rules.

use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Preset, Rule, Rules, TABLE, Takes};

/// The name of the preset field, beside those of the rules.
const PRESET: &str = "preset";

/// All names.
static NAMES: [&str; TABLE.len() + 1] = {
    let mut names = [PRESET; TABLE.len() + 1];
    let mut index = 0;
    while index < TABLE.len() {
        names[index + 1] = TABLE[index].name;
        index += 1;
    }
    names
};

/// A change of a pool's rules: first a preset, if one is named, then individual rules. Unnamed rules stay unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RulesPatch {
    preset: Option<Preset>,
    named: BTreeSet<&'static str>,
    /// The values of the named rules; the others are ignored.
    values: Rules,
}

impl From<Preset> for RulesPatch {
    fn from(preset: Preset) -> Self {
        Self {
            preset: Some(preset),
            ..Self::default()
        }
    }
}

impl From<Rules> for RulesPatch {
    /// The change to exactly these rules.
    fn from(rules: Rules) -> Self {
        Self {
            preset: None,
            named: TABLE.iter().map(|rule| rule.name).collect(),
            values: rules,
        }
    }
}

impl RulesPatch {
    /// Adds the rule with this name to the change, with the value set by `set`.
    pub fn set(&mut self, name: &'static str, set: impl FnOnce(&mut Rules)) {
        set(&mut self.values);
        self.named.insert(name);
    }

    /// The change with the rule of this name added, with the value set by `set`.
    #[must_use]
    pub fn with(mut self, name: &'static str, set: impl FnOnce(&mut Rules)) -> Self {
        self.set(name, set);
        self
    }

    /// The rules after this change of `rules`.
    #[must_use]
    pub fn applied_to(&self, rules: &Rules) -> Rules {
        let mut changed = self.preset.map_or_else(|| rules.clone(), Rules::preset);
        let named = TABLE.iter().filter(|rule| self.named.contains(rule.name));
        let mut values = self.values.clone();
        named.for_each(|rule| rule.copy(&mut values, &mut changed));
        changed
    }

    /// Reads the value of a rule. A null for a rule without null leaves the rule out.
    fn read<'de, A: MapAccess<'de>>(&mut self, rule: &'static Rule, map: &mut A) -> Result<(), A::Error> {
        let values = &mut self.values;
        let is_named = match rule.takes {
            Takes::Occupies(at, ..) => replace(at(values), map.next_value()?),
            Takes::SeatPer(at, ..) => replace(at(values), map.next_value()?),
            Takes::ConsoleActivity(at, ..) => replace(at(values), map.next_value()?),
            Takes::WhenFull(at, ..) => replace(at(values), map.next_value()?),
            Takes::Duration(at, ..) => replace(at(values), map.next_value()?),
            Takes::Count(at, ..) => replace(at(values), Some(map.next_value()?)),
            Takes::DurationOrNever(at, ..) => replace(at(values), Some(map.next_value()?)),
        };
        if is_named && !self.named.insert(rule.name) {
            return Err(A::Error::duplicate_field(rule.name));
        }
        Ok(())
    }
}

/// Replaces the value if there is a new one. Returns whether there was.
fn replace<T>(place: &mut T, new: Option<T>) -> bool {
    new.map(|new| *place = new).is_some()
}

/// A field of a change.
enum Field {
    Preset,
    Rule(&'static Rule),
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == PRESET {
            return Ok(Self::Preset);
        }
        // Reported here and not later, the error has the field's name in its path.
        Rule::find(&name)
            .map(Self::Rule)
            .ok_or_else(|| D::Error::unknown_field(&name, &NAMES))
    }
}

impl<'de> Deserialize<'de> for RulesPatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = RulesPatch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("rules of a pool")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RulesPatch, A::Error> {
                let mut patch = RulesPatch::default();
                while let Some(field) = map.next_key()? {
                    match field {
                        Field::Preset => patch.preset = map.next_value()?,
                        Field::Rule(rule) => patch.read(rule, &mut map)?,
                    }
                }
                Ok(patch)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
