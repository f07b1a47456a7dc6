//! Partial indexes against their tables. SQLite's own check looks every row up in every index, and counts the keys of
//! whole indexes: a partial one can hold rows that it should not, and a list that walks along it shows them.

use crate::migration;
use rusqlite::Connection;

/// An index of some rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Partial {
    name: String,
    table: String,
    /// Which rows it holds, in SQL.
    condition: String,
}

impl Partial {
    /// What a walk along the index comes by. That the condition holds SQLite takes from the index.
    fn held(&self) -> String {
        self.counted(&format!("INDEXED BY {}", self.name))
    }

    /// What it should come by, from the rows of the table.
    fn expected(&self) -> String {
        self.counted("NOT INDEXED")
    }

    /// How many rows, and the first and the last of them: where there can be one only, SQLite looks for no second one.
    fn counted(&self, by: &str) -> String {
        format!("SELECT count(*), min(rowid), max(rowid) FROM {} {by} WHERE {}", self.table, self.condition)
    }
}

/// How many rows, the first and the last one.
type Rows = (i64, Option<i64>, Option<i64>);

/// The partial indexes that hold other rows than they should, in words.
pub(super) fn problems(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    Ok(problems_of(connection, &partial_indexes(&migration::in_memory()?)?))
}

fn problems_of(connection: &Connection, indexes: &[Partial]) -> Vec<String> {
    let rows = |sql: &str| connection.query_row(sql, [], |row| Rows::try_from(row));
    let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ? AND tbl_name = ?)";
    let problem = |index: &Partial| {
        let Partial { name, table, .. } = index;
        // What is gone is a matter of the schema.
        if let Ok(false) = connection.query_row(is_there, [name, table], |row| row.get(0)) {
            return None;
        }
        // One that cannot be read leaves the others to be looked at.
        match (rows(&index.held()), rows(&index.expected())) {
            (Ok(held), Ok(expected)) if held == expected => None,
            (Ok(_), Ok(_)) => Some(format!("index {name} holds other rows of {table} than it should")),
            (Err(error), _) | (_, Err(error)) => Some(format!("index {name}: {error}")),
        }
    };
    indexes.iter().filter_map(problem).collect()
}

/// Those of a schema that can be trusted.
fn partial_indexes(connection: &Connection) -> rusqlite::Result<Vec<Partial>> {
    let mut statement = connection.prepare(
        "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %' ORDER BY name",
    )?;
    let indexes = statement.query_map([], |row| {
        let sql: String = row.get(2)?;
        let condition = sql.split_once(" WHERE ").map(|(_, condition)| condition.to_owned()).unwrap_or_default();
        Ok(Partial { name: row.get(0)?, table: row.get(1)?, condition })
    })?;
    indexes.collect()
}

#[cfg(test)]
mod tests;
