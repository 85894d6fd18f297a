//! Colors of products. Pages show one beside the product's name, never in place of it.

use serde::{Deserialize, Serialize};

/// A color of the palette, each of which is readable on light and on dark ground. No rule reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductColor {
    /// Between blue and green.
    Teal,
    /// Blue.
    Blue,
    /// Violet.
    Violet,
    /// Pink.
    Pink,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Green.
    Green,
    /// A bluish gray.
    Slate,
}

impl ProductColor {
    /// The palette, in the order in which it is offered.
    pub const ALL: [Self; 8] = [
        Self::Teal,
        Self::Blue,
        Self::Violet,
        Self::Pink,
        Self::Red,
        Self::Orange,
        Self::Green,
        Self::Slate,
    ];

    /// The color's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Violet => "violet",
            Self::Pink => "pink",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Green => "green",
            Self::Slate => "slate",
        }
    }
}
