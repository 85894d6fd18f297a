//! The attributes of users and groups that Usher stores (RFC 7643, sections 3, 4 and 7): advertised at `/Schemas`, and
//! used to read and write bodies, filters, paths and answers.

mod kept;

use scim_v2::filter::AttrPath;
use serde_json::{Value, json};

pub(super) use self::kept::{GROUP, USER};

/// One attribute with its characteristics (RFC 7643, section 7).
#[expect(
    clippy::struct_excessive_bools,
    reason = "the RFC has so many that are yes or no"
)]
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    description: &'static str,
    pub(super) is_many: bool,
    pub(super) is_required: bool,
    pub(super) is_case_exact: bool,
    pub(super) mutability: Mutability,
    pub(super) returned: Returned,
    is_unique: bool,
    words: &'static [&'static str],
}

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds {
    Text,
    Truth,
    Instant,
    /// An address of a resource of these types.
    Reference(&'static [&'static str]),
    Parts(&'static [Attribute]),
}

/// Who may change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutability {
    ReadWrite,
    ReadOnly,
    /// Set together with its parent value, and never changed alone.
    Immutable,
}

/// When an attribute is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Returned {
    Always,
    Default,
    /// Only if `attributes` names it.
    Request,
}

const fn attribute(name: &'static str, holds: Holds, description: &'static str) -> Attribute {
    Attribute {
        name,
        holds,
        description,
        is_many: false,
        is_required: false,
        is_case_exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        is_unique: false,
        words: &[],
    }
}

const fn text(name: &'static str, description: &'static str) -> Attribute {
    attribute(name, Holds::Text, description)
}

impl Attribute {
    const fn many(self) -> Self {
        Self {
            is_many: true,
            ..self
        }
    }

    const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    const fn case_exact(self) -> Self {
        Self {
            is_case_exact: true,
            ..self
        }
    }

    const fn read_only(self) -> Self {
        Self {
            mutability: Mutability::ReadOnly,
            ..self
        }
    }

    const fn immutable(self) -> Self {
        Self {
            mutability: Mutability::Immutable,
            ..self
        }
    }

    const fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    const fn unique(self) -> Self {
        Self {
            is_unique: true,
            ..self
        }
    }

    const fn words(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    /// The sub-attributes; none for a simple attribute.
    pub(super) const fn parts(&self) -> &'static [Self] {
        match self.holds {
            Holds::Parts(parts) => parts,
            _ => &[],
        }
    }

    /// The sub-attribute of this name, whatever its case.
    pub(super) fn part(&self, name: &str) -> Option<&'static Self> {
        find(self.parts(), name)
    }

    /// The attribute's definition in its schema.
    fn shown(&self) -> Value {
        let (kind, references) = match self.holds {
            Holds::Text => ("string", None),
            Holds::Truth => ("boolean", None),
            Holds::Instant => ("dateTime", None),
            Holds::Reference(types) => ("reference", Some(types)),
            Holds::Parts(_) => ("complex", None),
        };
        let mut shown = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.is_many,
            "description": self.description,
            "required": self.is_required,
            "caseExact": self.is_case_exact,
            "mutability": match self.mutability {
                Mutability::ReadWrite => "readWrite",
                Mutability::ReadOnly => "readOnly",
                Mutability::Immutable => "immutable",
            },
            "returned": match self.returned {
                Returned::Always => "always",
                Returned::Default => "default",
                Returned::Request => "request",
            },
            "uniqueness": if self.is_unique { "server" } else { "none" },
        });
        if let Some(types) = references {
            shown["referenceTypes"] = json!(types);
        }
        if !self.words.is_empty() {
            shown["canonicalValues"] = json!(self.words);
        }
        if !self.parts().is_empty() {
            shown["subAttributes"] = self.parts().iter().map(Self::shown).collect();
        }
        shown
    }
}

fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|it| it.name.eq_ignore_ascii_case(name))
}

/// The attributes of every resource (RFC 7643, section 3.1). According to the RFC, these are in no schema.
static COMMON: [Attribute; 4] = [
    attribute("schemas", Holds::Text, "The schemas of the resource.")
        .many()
        .read_only()
        .case_exact()
        .returned(Returned::Always),
    text("id", "The id.")
        .read_only()
        .case_exact()
        .returned(Returned::Always),
    text("externalId", "The directory's own id.").case_exact(),
    attribute("meta", Holds::Parts(&META), "About the resource.").read_only(),
];

static META: [Attribute; 5] = [
    text("resourceType", "The type.").read_only().case_exact(),
    attribute("created", Holds::Instant, "When it was created.").read_only(),
    attribute("lastModified", Holds::Instant, "When it was last changed.").read_only(),
    attribute("location", Holds::Reference(&["uri"]), "Where it is found.")
        .read_only()
        .case_exact(),
    text("version", "Its version, the same as the `ETag` header.")
        .read_only()
        .case_exact(),
];

/// A schema of resources.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) urn: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    attributes: &'static [Attribute],
    /// Attributes of the RFC's own schema that Usher does not store, with `.` in names of sub-attributes. Directories
    /// send them anyway, so they are ignored.
    not_kept: &'static [&'static str],
}

/// An attribute, or a part of one, that a path leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeRef {
    pub(super) attribute: &'static Attribute,
    pub(super) part: Option<&'static Attribute>,
}

impl AttributeRef {
    /// The attribute that the path ends at.
    pub(super) fn last(&self) -> &'static Attribute {
        self.part.unwrap_or(self.attribute)
    }
}

/// The target of a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// An attribute that Usher stores.
    Kept(AttributeRef),
    /// An attribute that it does not store, but that exists in an extension or in the RFC's schema.
    Ignored,
}

impl Schema {
    /// The target of a path; `None` if there is no such attribute. Names are read in any case (RFC 7643, 2.1).
    pub(super) fn find(&self, path: &AttrPath) -> Option<Found> {
        if let Some(urn) = &path.uri
            && !urn.eq_ignore_ascii_case(self.urn)
        {
            return Some(Found::Ignored);
        }
        let Some(attribute) = self.attribute(&path.name) else {
            return self.ignores(&path.name).then_some(Found::Ignored);
        };
        let Some(part) = &path.sub_attr else {
            return Some(Found::Kept(AttributeRef {
                attribute,
                part: None,
            }));
        };
        if let Some(part) = attribute.part(part) {
            return Some(Found::Kept(AttributeRef {
                attribute,
                part: Some(part),
            }));
        }
        let dotted = format!("{}.{part}", attribute.name);
        self.ignores(&dotted).then_some(Found::Ignored)
    }

    /// The attribute of this name, whatever its case.
    pub(super) fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(&COMMON, name).or_else(|| find(self.attributes, name))
    }

    /// Every attribute that a resource may have.
    pub(super) fn every(&self) -> impl Iterator<Item = &'static Attribute> {
        COMMON.iter().chain(self.attributes)
    }

    fn ignores(&self, name: &str) -> bool {
        self.not_kept.iter().any(|it| it.eq_ignore_ascii_case(name))
    }

    /// The schema as shown at `/Schemas/{urn}`. `base` is the address of the account's SCIM.
    pub(super) fn shown(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn,
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(Attribute::shown).collect::<Value>(),
            "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.urn)},
        })
    }
}
