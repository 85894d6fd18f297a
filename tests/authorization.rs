//! Reads `docs/authorization.md`, which the tests of the API and of the portal walk.

use std::collections::BTreeMap;

/// The table of operations, that of pages, that of operator pages, that of members with a license, and that of what is over.
const TABLES: &str = include_str!("../docs/authorization.md");

/// A table: the names of its columns save the first, and its rows by their first cell.
pub type Table = (Vec<&'static str>, BTreeMap<&'static str, Vec<&'static str>>);

/// The texts of the tables.
pub fn tables() -> [&'static str; 5] {
    let (operations, pages) = TABLES.split_once("\n## Pages\n").unwrap();
    let (pages, operator_pages) = pages.split_once("\n## Operator pages\n").unwrap();
    let (operator_pages, licensed) = operator_pages
        .split_once("\n## Members with a license\n")
        .unwrap();
    let (licensed, over) = licensed.split_once("\n## What is over\n").unwrap();
    [operations, pages, operator_pages, licensed, over]
}

/// Reads a table.
pub fn table(text: &'static str) -> Table {
    let mut lines = text.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &'static str| {
        let cells = line.trim().trim_matches('|').split('|');
        cells.map(str::trim).collect::<Vec<_>>()
    };
    let header = cells(lines.next().unwrap());
    let rows = lines.skip(1).map(|line| {
        let mut row = cells(line);
        (row.remove(0), row)
    });
    (header[1..].to_vec(), rows.collect())
}
