//! Numbered pages, for lists short enough to be counted.

use form_urlencoded::Serializer;

/// The part of a list that one page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paging {
    /// How many rows are on earlier pages.
    pub(crate) skip: usize,
    /// The page number, from 1.
    number: usize,
    /// The number of pages, at least 1.
    pages: usize,
}

impl Paging {
    /// The requested page, or the nearest existing one.
    pub(crate) fn of(asked: &str, rows_max: usize, rows: usize) -> Self {
        let pages = rows.div_ceil(rows_max).max(1);
        let number = asked.parse().unwrap_or(1).clamp(1, pages);
        Self {
            skip: (number - 1) * rows_max,
            number,
            pages,
        }
    }

    /// `Page 2 of 7`.
    pub(crate) fn words(&self) -> String {
        format!("Page {} of {}", self.number, self.pages)
    }

    /// Whether there is more than one.
    pub(crate) fn is_needed(&self) -> bool {
        self.pages > 1
    }

    /// The URL of the previous page; empty if there is none.
    pub(crate) fn previous(&self, path: &str) -> String {
        Self::link(path, self.number.checked_sub(1).filter(|number| *number > 0))
    }

    /// The URL of the next page; empty if there is none.
    pub(crate) fn next(&self, path: &str) -> String {
        Self::link(path, (self.number < self.pages).then_some(self.number + 1))
    }

    fn link(path: &str, number: Option<usize>) -> String {
        let Some(number) = number else {
            return String::new();
        };
        let mut query = Serializer::new(String::new());
        query.append_pair("page", &number.to_string());
        format!("{path}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::Paging;

    #[test]
    fn a_page_number_out_of_range_becomes_the_nearest_one() {
        for (asked, rows, skip, previous, next) in [
            ("", 0, 0, "", ""),
            ("1", 50, 0, "", ""),
            ("1", 51, 0, "", "/x?page=2"),
            ("9", 51, 50, "/x?page=1", ""),
            ("-1", 51, 0, "", "/x?page=2"),
        ] {
            let paging = Paging::of(asked, 50, rows);

            assert_eq!(paging.skip, skip, "{asked}");
            assert_eq!(paging.previous("/x"), previous, "{asked}");
            assert_eq!(paging.next("/x"), next, "{asked}");
        }
    }
}
