//! Reading a list of people: what is in which column.

use std::collections::BTreeMap;

use usher_domain::text::Product;
use usher_journal::folded;

/// A list as it was pasted: its rows, each with the number of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    columns: Columns,
    rows: Vec<Cells>,
}

/// The cells of a row, by what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cells {
    /// The number of its first line, from 1.
    pub(super) line: usize,
    cells: Vec<String>,
}

/// What each column says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Columns {
    name: Option<usize>,
    email: Option<usize>,
    role: Option<usize>,
    team: Option<usize>,
    group: Option<usize>,
    licenses: BTreeMap<Product, usize>,
}

/// A row by its columns. What is missing is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListRow {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) team: String,
    pub(super) group: String,
    pub(super) licenses: BTreeMap<Product, String>,
}

/// The most rows of a list.
pub(super) const ROWS_MAX: usize = 200;

/// The headings of columns that say the same.
const NAMES: [&str; 2] = ["name", "full name"];
const EMAILS: [&str; 5] = ["email", "e-mail", "e-mail address", "email address", "mail"];

impl List {
    /// Reads a list with commas, semicolons or tabs. The first row names the columns; without one, they are name,
    /// e-mail, role, team and group. `products` are the account's, with what people call them. An error is a sentence.
    pub(super) fn read(text: &str, products: &[(Product, String)]) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let mut rows = rows(text)?;
        let heads = rows.first().is_some_and(|first| {
            let mut cells = first.cells.iter();
            cells.any(|cell| EMAILS.contains(&folded(cell.trim()).as_str()))
        });
        let columns = if heads {
            Columns::of(&rows.remove(0).cells, products)?
        } else {
            Columns::usual()
        };
        if rows.is_empty() {
            return Err("Paste at least one person, or choose a file with some.".to_owned());
        }
        if rows.len() > ROWS_MAX {
            let count = rows.len();
            return Err(format!(
                "These are {count} people. Invite at most {ROWS_MAX} at once, and the others after that."
            ));
        }
        Ok(Self { columns, rows })
    }

    /// The rows, each with the number of its line.
    pub(super) fn said(&self) -> impl Iterator<Item = (usize, ListRow)> + '_ {
        self.rows.iter().map(|row| (row.line, self.columns.said(row)))
    }
}

/// The rows of a text that are not empty.
fn rows(text: &str) -> Result<Vec<Cells>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let (mut rows, mut counted, mut line) = (Vec::new(), 0, 1);
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        // The reader's own count is behind where a line ends with two signs, or is empty.
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(0).clamp(counted, text.len());
        let ends = text.as_bytes()[start..].iter();
        let begins = start + ends.take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text[counted..begins].matches('\n').count();
        counted = begins;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Cells { line, cells });
        }
    }
    Ok(rows)
}

fn unreadable(error: &csv::Error) -> String {
    let line = error.position().map(csv::Position::line);
    let line = line.map_or_else(|| "A line".to_owned(), |line| format!("Line {line}"));
    format!("{line} cannot be read as a row. Put cells with line breaks or quotes in quotes.")
}

/// What separates the cells: the sign that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |sign: &u8| first.bytes().filter(|byte| byte == sign).count();
    // Of equally many, the last one wins.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

impl Columns {
    /// Of a list whose first row is a person.
    fn usual() -> Self {
        Self {
            name: Some(0),
            email: Some(1),
            role: Some(2),
            team: Some(3),
            group: Some(4),
            licenses: BTreeMap::new(),
        }
    }

    fn of(heads: &[String], products: &[(Product, String)]) -> Result<Self, String> {
        let mut columns = Self::default();
        for (index, head) in heads.iter().enumerate() {
            let word = folded(head.trim());
            let taken = match word.as_str() {
                "" => None,
                word if NAMES.contains(&word) => columns.name.replace(index),
                word if EMAILS.contains(&word) => columns.email.replace(index),
                "role" => columns.role.replace(index),
                "team" => columns.team.replace(index),
                "group" => columns.group.replace(index),
                word => {
                    let product = product(word, products).ok_or_else(|| unknown(head, products))?;
                    columns.licenses.insert(product, index)
                }
            };
            if taken.is_some() {
                return Err(format!("Two columns are called `{head}`. Keep one of them."));
            }
        }
        if columns.name.is_none() {
            return Err("There is no column `name`. Add one with the name of each person.".to_owned());
        }
        Ok(columns)
    }

    fn said(&self, row: &Cells) -> ListRow {
        let cell = |column: Option<usize>| {
            let cell = column.and_then(|index| row.cells.get(index));
            cell.cloned().unwrap_or_default()
        };
        let licenses = self.licenses.iter();
        ListRow {
            name: cell(self.name),
            email: cell(self.email),
            role: cell(self.role),
            team: cell(self.team),
            group: cell(self.group),
            licenses: licenses
                .map(|(product, index)| (product.clone(), cell(Some(*index))))
                .collect(),
        }
    }
}

/// The product that a heading names: `license remote-support`, or the product alone. `license` is enough for the only
/// one.
fn product(head: &str, products: &[(Product, String)]) -> Option<Product> {
    let rest = head
        .strip_prefix("license")
        .or_else(|| head.strip_prefix("licence"));
    let named = rest.unwrap_or(head).trim_matches([' ', ':', '-', '(', ')']);
    if let ([(only, _)], Some(_), "") = (products, rest, named) {
        return Some(only.clone());
    }
    let mut found = products
        .iter()
        .filter(|(product, name)| product.to_string() == named || folded(name.trim()) == named);
    found.next().map(|(product, _)| product.clone())
}

fn unknown(head: &str, products: &[(Product, String)]) -> String {
    let known: Vec<_> = products
        .iter()
        .map(|(product, _)| format!("`license {product}`"))
        .collect();
    let mut columns = ["`name`", "`email`", "`role`", "`team`", "`group`"]
        .map(str::to_owned)
        .to_vec();
    columns.extend(known);
    format!(
        "No column is called `{}`. There are {}.",
        head.replace('`', "'"),
        columns.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products() -> Vec<(Product, String)> {
        let product = |slug: &str, name: &str| (slug.parse().unwrap(), name.to_owned());
        vec![
            product("remote-support", "Remote support"),
            product("desk", "Service desk"),
        ]
    }

    fn read(text: &str) -> Vec<(usize, ListRow)> {
        List::read(text, &products()).unwrap().said().collect()
    }

    #[test]
    fn a_list_is_read_with_each_sign_between_its_cells_and_with_quotes() {
        let comma = "Name,E-Mail,Role\n\"Okafor, Amara\",amara@x.example,manager\n\n , ,\nBob,bob@x.example,";
        for text in [
            comma.to_owned(),
            comma
                .replace("Name,E-Mail,Role", "Name;E-Mail;Role")
                .replace("\",", "\";")
                .replace("amara@x.example,manager", "amara@x.example;manager")
                .replace(" , ,", " ; ;")
                .replace("Bob,bob@x.example,", "Bob;bob@x.example;"),
            format!("\u{feff}{}", comma.replace('\n', "\r\n")),
        ] {
            let rows = read(&text);

            assert_eq!(rows.len(), 2, "{text}");
            let (line, amara) = &rows[0];
            assert_eq!((*line, amara.name.as_str()), (2, "Okafor, Amara"));
            assert_eq!(
                (amara.email.as_str(), amara.role.as_str()),
                ("amara@x.example", "manager")
            );
            assert_eq!((rows[1].0, rows[1].1.name.as_str()), (5, "Bob"));
        }
    }

    #[test]
    fn without_headings_the_columns_are_the_usual_ones() {
        let rows = read("Amara\tamara@x.example\tadmin\tNordics\n");

        let (line, amara) = &rows[0];
        assert_eq!(*line, 1);
        assert_eq!((amara.role.as_str(), amara.team.as_str()), ("admin", "Nordics"));
    }

    #[test]
    fn a_license_is_named_by_its_product_or_by_what_people_call_it() {
        let rows = read("email,name,license remote-support,Service Desk\na@x.example,A,named,Day shift");

        let licenses = &rows[0].1.licenses;
        assert_eq!(licenses["remote-support"], "named");
        assert_eq!(licenses["desk"], "Day shift");
        let only = &products()[..1];
        let list = List::read("email,name,license\na@x.example,A,named", only).unwrap();
        assert_eq!(list.said().next().unwrap().1.licenses.len(), 1);
    }

    #[test]
    fn what_is_no_list_is_said() {
        for (text, expected) in [
            ("", "at least one person"),
            ("name,email\n", "at least one person"),
            ("email\na@x.example", "`name`"),
            (
                "name,email,license\nA,a@x.example,named",
                "No column is called `license`",
            ),
            ("name,email,phone\nA,a@x.example,1", "`license desk`"),
            ("name,email,email\nA,a@x.example,b", "Two columns"),
        ] {
            let error = List::read(text, &products()).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let many = "A,a@x.example\n".repeat(ROWS_MAX + 1);
        assert!(List::read(&many, &products()).unwrap_err().contains("201 people"));
    }
}
