//! Queries: filter, order and pages (RFC 7644, sections 3.4.2 and 3.4.3).

use std::collections::BTreeSet;

use scim_v2::filter::{AttrPath, Filter};
use serde_json::{Map, Value, json};
use usher_domain::Account;

use super::error::{Error, ScimType};
use super::filter::{Test, compared_form, parse};
use super::intake::{member, need_schema};
use super::request::Parameters;
use super::resource::{Item, Kind};
use super::schema::{AttributeRef, Found};
use super::selection::{Selection, path};

/// The most resources on a page.
pub(super) const COUNT_MAX: usize = 200;
/// The number of resources on a page by default.
const COUNT_DEFAULT: usize = 100;

const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A query before its resource type is known.
#[derive(Debug)]
pub(super) struct Query {
    filter: Option<Filter>,
    sort_by: Option<AttrPath>,
    is_descending: bool,
    /// From 1.
    start: usize,
    count: usize,
    selection: Selection,
}

/// A query for resources of some types.
#[derive(Debug)]
pub(super) struct Search {
    parts: Vec<(Kind, Option<Test>, Option<AttributeRef>)>,
    query: Query,
}

impl Query {
    /// Reads the parameters of a `GET`.
    pub(super) fn of(parameters: &Parameters) -> Result<Self, Error> {
        Ok(Self {
            filter: parameters.get("filter").map(parse).transpose()?,
            sort_by: parameters.get("sortBy").map(sort_by).transpose()?,
            is_descending: is_descending(parameters.get("sortOrder"))?,
            start: number("startIndex", parameters.get("startIndex"))?
                .unwrap_or(1)
                .max(1),
            count: number("count", parameters.get("count"))?
                .unwrap_or(COUNT_DEFAULT)
                .min(COUNT_MAX),
            selection: parameters.selection()?,
        })
    }

    /// Reads the body of a `POST` to `.search`.
    pub(super) fn of_body(body: &Map<String, Value>) -> Result<Self, Error> {
        need_schema(body, SEARCH_REQUEST)?;
        let mut pairs = Vec::new();
        for name in ["filter", "sortBy", "sortOrder", "startIndex", "count"] {
            match member(body, name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => pairs.push((name.to_owned(), text.clone())),
                Some(other) => pairs.push((name.to_owned(), other.to_string())),
            }
        }
        for name in ["attributes", "excludedAttributes"] {
            let names = member(body, name).and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            pairs.extend(names.map(|attribute| (name.to_owned(), attribute.to_owned())));
        }
        Self::of(&Parameters(pairs))
    }

    /// The query, checked against the schemas of these types.
    pub(super) fn for_kinds(self, kinds: &[Kind]) -> Result<Search, Error> {
        let is_one_of_many = kinds.len() > 1;
        let mut parts = Vec::new();
        for kind in kinds {
            let schema = kind.schema();
            let test = self.filter.as_ref();
            let test = test
                .map(|filter| Test::of(filter, schema, is_one_of_many))
                .transpose()?;
            let sort = match &self.sort_by {
                None => None,
                Some(path) => match schema.find(path) {
                    Some(Found::Kept(place)) => Some(place),
                    Some(Found::Ignored) => None,
                    None if is_one_of_many => None,
                    None => {
                        let detail = format!("`sortBy` names `{path}`, and there is no such attribute.");
                        return Err(Error::bad(ScimType::InvalidPath, detail));
                    }
                },
            };
            parts.push((*kind, test, sort));
        }
        Ok(Search { parts, query: self })
    }
}

fn sort_by(name: &str) -> Result<AttrPath, Error> {
    path(name).ok_or_else(|| {
        let detail = format!("`sortBy` must be the name of an attribute, not `{name}`.");
        Error::bad(ScimType::InvalidPath, detail)
    })
}

fn is_descending(order: Option<&str>) -> Result<bool, Error> {
    match order {
        None => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("ascending") => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("descending") => Ok(true),
        Some(_) => Err(Error::bad(
            ScimType::InvalidValue,
            "`sortOrder` must be `ascending` or `descending`.",
        )),
    }
}

/// A whole number; negative ones count as zero (RFC 7644, section 3.4.2.4).
fn number(name: &str, text: Option<&str>) -> Result<Option<usize>, Error> {
    let Some(text) = text else { return Ok(None) };
    let Ok(number) = text.trim().parse::<i64>() else {
        let detail = format!("`{name}` must be a whole number.");
        return Err(Error::bad(ScimType::InvalidValue, detail));
    };
    Ok(Some(usize::try_from(number.max(0)).unwrap_or(usize::MAX)))
}

impl Search {
    /// The requested page, as a `ListResponse`.
    pub(super) fn run(&self, account: &Account, base: &str) -> Value {
        let mut found: Vec<(Key, Item<'_>)> = Vec::new();
        for (kind, test, sort) in &self.parts {
            let mut names = BTreeSet::new();
            if let Some(test) = test {
                test.looks_at(&mut names);
            }
            names.extend(sort.map(|place| place.attribute.name));
            for item in kind.candidates(account, test.as_ref()) {
                if names.is_empty() {
                    let passes = test.as_ref().is_none_or(|test| test.passes(&Map::new()));
                    found.extend(passes.then_some((Key::None, item)));
                    continue;
                }
                let resource = item.resource(account, base, &names);
                if test.as_ref().is_none_or(|test| test.passes(&resource)) {
                    found.push((sort.map_or(Key::None, |place| Key::of(place, &resource)), item));
                }
            }
        }
        if self.query.sort_by.is_some() {
            found.sort_by(|(one, _), (other, _)| one.cmp(other));
            if self.query.is_descending {
                found.reverse();
            }
        }
        let page = found
            .iter()
            .skip(self.query.start - 1)
            .take(self.query.count)
            .map(|(_, item)| Value::from(item.shown(account, base, &self.query.selection).resource));
        let page: Vec<Value> = page.collect();
        json!({
            "schemas": [LIST_RESPONSE],
            "totalResults": found.len(),
            "startIndex": self.query.start,
            "itemsPerPage": page.len(),
            "Resources": page,
        })
    }
}

/// The schema of lists.
pub(super) const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The sort key of resources. Those without a value come last, or first in descending order (RFC 7644, section
/// 3.4.2.3).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Truth(bool),
    Text(String),
    None,
}

impl Key {
    fn of(place: AttributeRef, resource: &Map<String, Value>) -> Self {
        let value = match resource.get(place.attribute.name) {
            Some(Value::Array(values)) => {
                let is_primary = |value: &&Value| value.get("primary") == Some(&Value::Bool(true));
                values.iter().find(is_primary).or_else(|| values.first())
            }
            value => value,
        };
        let part = match place.part {
            Some(part) => Some(part),
            None => place.attribute.part("value"),
        };
        let value = part.map_or(value, |part| value.and_then(|value| value.get(part.name)));
        let is_case_exact = part.unwrap_or(place.attribute).is_case_exact;
        match value {
            Some(Value::Bool(truth)) => Self::Truth(*truth),
            Some(Value::String(text)) => Self::Text(compared_form(text, is_case_exact)),
            _ => Self::None,
        }
    }
}
