//! Personal data, marked by its type.
//!
//! A value about a person is a [`Personal`] wherever it is kept: in events, in the account's state, in records and in
//! what identity stores. It is stored as if it were not wrapped. Nothing prints it by accident: `Debug` shows only
//! whose it is, there is no `Display`, and code that shows it to somebody says so with [`Personal::reveal`].

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whose personal data it is: the person whom deleting it would be for.
pub trait Whose {
    /// In a word, for logs.
    const WORD: &'static str;
}

/// A user of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfUser {}

/// The customer of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfCustomer {}

/// The holder of an API key or an operator key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfKeyHolder {}

impl Whose for OfUser {
    const WORD: &'static str = "of a user";
}

impl Whose for OfCustomer {
    const WORD: &'static str = "of a customer";
}

impl Whose for OfKeyHolder {
    const WORD: &'static str = "of a key's holder";
}

/// A value that says something about a person `W`.
pub struct Personal<T, W = OfUser> {
    value: T,
    of: PhantomData<fn() -> W>,
}

impl<T, W> Personal<T, W> {
    /// Marks a value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        let of = PhantomData;
        Self { value, of }
    }

    /// The value, for somebody who may see it, or for a decision about it. Never for a log.
    #[must_use]
    pub const fn reveal(&self) -> &T {
        &self.value
    }

    /// Something made of the value that says as much about the person.
    #[must_use]
    pub fn map<U>(&self, make: impl FnOnce(&T) -> U) -> Personal<U, W> {
        Personal::new(make(&self.value))
    }

    /// The value itself: see [`reveal`](Self::reveal).
    #[must_use]
    pub fn into_revealed(self) -> T {
        self.value
    }
}

impl<T, W> From<T> for Personal<T, W> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: FromStr, W> FromStr for Personal<T, W> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(Self::new)
    }
}

impl<T, W: Whose> fmt::Debug for Personal<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<personal, {}>", W::WORD)
    }
}

impl<T: Clone, W> Clone for Personal<T, W> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T: Copy, W> Copy for Personal<T, W> {}

impl<T: PartialEq, W> PartialEq for Personal<T, W> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// To compare with what somebody gave.
impl<T: PartialEq, W> PartialEq<T> for Personal<T, W> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}

impl<T: Eq, W> Eq for Personal<T, W> {}

impl<T: PartialOrd, W> PartialOrd for Personal<T, W> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord, W> Ord for Personal<T, W> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash, W> Hash for Personal<T, W> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: Serialize, W> Serialize for Personal<T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, W> Deserialize<'de> for Personal<T, W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}
