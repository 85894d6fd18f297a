//! Numbered pages of lists whose length is known. Lists of records, which grow while somebody reads them, are walked by
//! cursor (`m::older`). So are the operator's lists of all accounts and their requests: a page is read from the journal's
//! records without the rest, of which there may be very many, and so it has no number and there is no way to the last one.

use form_urlencoded::Serializer;

use crate::shown::number;

/// The numbers of rows per page to choose from.
const SIZES: [usize; 4] = [25, 50, 100, 200];

/// Rows per page unless somebody chooses.
const SIZE: usize = 50;

/// The part of a list that one page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    /// How many rows are on earlier pages.
    pub(crate) skip: usize,
    /// How many rows a page has at most.
    pub(crate) size: usize,
    /// The page number, from 1.
    number: usize,
    /// The number of pages, at least 1.
    pages: usize,
    rows: usize,
    /// Whether the reader chooses how many rows a page has.
    is_sized: bool,
}

impl Paging {
    /// The requested page of pages with this size, or the nearest existing one.
    pub(crate) fn of(asked: &str, size: usize, rows: usize) -> Self {
        let pages = rows.div_ceil(size).max(1);
        let number = asked.parse().unwrap_or(1).clamp(1, pages);
        Self {
            skip: (number - 1) * size,
            size,
            number,
            pages,
            rows,
            is_sized: false,
        }
    }

    /// The same, with the size that the reader asks for.
    pub(crate) fn sized(asked: &str, size: &str, rows: usize) -> Self {
        let size = size.parse().ok().filter(|size| SIZES.contains(size));
        Self {
            is_sized: true,
            ..Self::of(asked, size.unwrap_or(SIZE), rows)
        }
    }

    /// The links to the other pages, for `m::pages`, where the address has nothing else.
    pub(crate) fn links_at(&self, path: &str) -> PageLinks {
        self.links(path, &[])
    }

    /// The links to the other pages, for `m::pages`. `query` is what else the address has.
    pub(crate) fn links(&self, path: &str, query: &[(&str, &str)]) -> PageLinks {
        let at = |number: usize, size: usize| {
            let mut said = Serializer::new(String::new());
            said.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
            if size != SIZE && self.is_sized {
                said.append_pair("size", &size.to_string());
            }
            if number > 1 {
                said.append_pair("page", &number.to_string());
            }
            match said.finish() {
                query if query.is_empty() => path.to_owned(),
                query => format!("{path}?{query}"),
            }
        };
        let to = |number: Option<usize>| number.map(|number| at(number, self.size)).unwrap_or_default();
        let is_first = self.number == 1;
        let is_last = self.number == self.pages;
        let sizes = SIZES
            .into_iter()
            .filter(|_| self.is_sized && self.rows > SIZES[0]);
        PageLinks {
            rows: self.words(),
            first: to((!is_first).then_some(1)),
            previous: to((!is_first).then(|| self.number - 1)),
            next: to((!is_last).then(|| self.number + 1)),
            last: to((!is_last).then_some(self.pages)),
            // The first row of this page is on the page of another size too.
            sizes: sizes
                .map(|size| SizeLink {
                    size,
                    href: at(self.skip / size + 1, size),
                    is_current: size == self.size,
                })
                .collect(),
        }
    }

    /// `51–100 of 10,000`.
    pub(crate) fn words(&self) -> String {
        let last = self.rows.min(self.skip + self.size);
        let first = last.min(self.skip + 1);
        let rows = number(self.rows);
        if first == last {
            return format!("{} of {rows}", number(first));
        }
        format!("{}–{} of {rows}", number(first), number(last))
    }
}

/// The links from one page of a list to the others. Empty where there is no such page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageLinks {
    /// Which rows the page shows.
    pub(crate) rows: String,
    pub(crate) first: String,
    pub(crate) previous: String,
    pub(crate) next: String,
    pub(crate) last: String,
    /// Other numbers of rows per page; none if they make no difference.
    pub(crate) sizes: Vec<SizeLink>,
}

/// A number of rows per page to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SizeLink {
    pub(crate) size: usize,
    pub(crate) href: String,
    pub(crate) is_current: bool,
}

impl PageLinks {
    /// Whether there is anything to choose.
    pub(crate) fn is_needed(&self) -> bool {
        !self.previous.is_empty() || !self.next.is_empty() || !self.sizes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_number_out_of_range_becomes_the_nearest_one() {
        for (asked, rows, words, previous, next) in [
            ("", 0, "0 of 0", "", ""),
            ("1", 50, "1–50 of 50", "", ""),
            ("1", 51, "1–50 of 51", "", "/x?page=2"),
            ("9", 51, "51 of 51", "/x", ""),
            ("-1", 51, "1–50 of 51", "", "/x?page=2"),
            ("3", 10_001, "101–150 of 10,001", "/x?page=2", "/x?page=4"),
        ] {
            let links = Paging::of(asked, 50, rows).links("/x", &[]);

            assert_eq!(links.rows, words, "{asked}");
            assert_eq!(links.previous, previous, "{asked}");
            assert_eq!(links.next, next, "{asked}");
        }
    }

    #[test]
    fn every_page_links_to_the_first_and_the_last_and_keeps_the_filters_and_the_size() {
        let links = Paging::sized("3", "100", 1_050).links("/x", &[("q", "a b"), ("role", "")]);

        assert_eq!(links.first, "/x?q=a+b&size=100");
        assert_eq!(links.previous, "/x?q=a+b&size=100&page=2");
        assert_eq!(links.next, "/x?q=a+b&size=100&page=4");
        assert_eq!(links.last, "/x?q=a+b&size=100&page=11");
    }

    #[test]
    fn another_size_shows_the_page_with_the_same_first_row() {
        let hrefs = |rows, size| {
            let links = Paging::sized("3", size, rows).links("/x", &[]);
            let sizes = links.sizes.into_iter();
            sizes
                .map(|link| (link.size, link.href, link.is_current))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            hrefs(1_000, "nonsense"),
            [
                (25, "/x?size=25&page=5".to_owned(), false),
                (50, "/x?page=3".to_owned(), true),
                (100, "/x?size=100&page=2".to_owned(), false),
                (200, "/x?size=200".to_owned(), false),
            ]
        );
        assert_eq!(hrefs(25, ""), []);
    }
}
