//! Lists in pages.

use serde::{Deserialize, Deserializer, Serialize, de};
use usher_domain::Timestamp;
use usher_journal::{Cursor, PageRequest};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::v1::schema;

/// The most things on a page.
pub const LIMIT_MAX: u16 = 200;
/// The number of things on a page by default.
pub const LIMIT_DEFAULT: u16 = 50;

/// The limit of a page: 1 to [`LIMIT_MAX`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(u16);

impl Default for Limit {
    fn default() -> Self {
        Self(LIMIT_DEFAULT)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = u16::deserialize(deserializer)?;
        if (1..=LIMIT_MAX).contains(&limit) {
            return Ok(Self(limit));
        }
        Err(de::Error::custom(format_args!("a number from 1 to {LIMIT_MAX}")))
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(LIMIT_MAX))
            .default(Some(LIMIT_DEFAULT.into()))
            .into()
    }
}

impl ToSchema for Limit {}

impl Limit {
    /// The page of that many things after `cursor`, for the records.
    pub(crate) fn after(self, cursor: Option<Cursor>) -> PageRequest {
        PageRequest::new(self.0, cursor)
    }
}

/// Which page of a list that has no filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// The most things on the page.
    #[serde(default)]
    #[param(inline)]
    pub(crate) limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    pub(crate) cursor: Option<Cursor>,
}

impl PageQuery {
    /// The page.
    pub(crate) fn page(&self) -> PageRequest {
        self.limit.after(self.cursor)
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The things, in the order of the list.
    pub(crate) items: Vec<T>,
    /// The `cursor` for the next page; null on the last page.
    #[schema(required, value_type = Option<schema::Cursor>)]
    pub(crate) next_cursor: Option<Cursor>,
}

impl<T> List<T> {
    /// A page of the records, each row converted to the API's form.
    pub(crate) fn of<R>(page: usher_journal::Page<R>, show: impl FnMut(R) -> T) -> Self {
        let page = page.map(show);
        Self {
            items: page.items,
            next_cursor: page.next,
        }
    }

    /// A page of things in memory, ordered by id: those after the cursor for which `show` returns a value, up to the
    /// limit.
    pub(crate) fn cut<R>(
        rows: impl IntoIterator<Item = (u128, R)>,
        page: PageRequest,
        mut show: impl FnMut(R) -> Option<T>,
    ) -> Self {
        let after = page.after().map(Cursor::major);
        let shown = rows
            .into_iter()
            .filter(|(bits, _)| after.is_none_or(|after| after < *bits))
            .filter_map(|(bits, row)| Some((Cursor::new(Timestamp::default(), bits, 0), show(row)?)))
            .take(page.limit() + 1)
            .collect();
        Self::of(usher_journal::Page::cut(shown, page.limit()), |row| row)
    }
}
