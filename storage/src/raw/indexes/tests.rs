use super::*;

fn with_rows() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE item (name, place);
             CREATE INDEX by_name ON item (name);
             CREATE INDEX by_place ON item (place, name) WHERE place IS NOT NULL;
             CREATE INDEX by_seldom ON item (name) WHERE name NOT IN ('a', 'b');
             CREATE UNIQUE INDEX only_one ON item (place) WHERE place = 'only';
             INSERT INTO item VALUES ('a', 3), ('b', NULL), ('c', 'only'), ('b', 5), ('a', 'other');",
        )
        .unwrap();
    connection
}

fn look(connection: &Connection) -> Vec<String> {
    problems_of(connection, &partial_indexes(&with_rows()).unwrap())
}

/// Makes an index in another way, and lets the schema say what it said before.
fn remake(connection: &Connection, index: &str, otherwise: &str) {
    connection
        .execute_batch(&format!(
            "CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = '{index}';
             DROP INDEX {index};
             {otherwise};
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = '{index}';
             PRAGMA writable_schema = RESET;
             DROP TABLE kept;"
        ))
        .unwrap();
}

/// What SQLite's own check says.
fn own_check(connection: &Connection) -> String {
    connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

#[test]
fn an_index_that_holds_what_it_should_is_no_problem() {
    assert_eq!(look(&with_rows()), [""; 0]);
}

/// Neither a list of what is seldom nor the only one may show something else; SQLite's own check says nothing of it.
#[test]
fn an_index_that_holds_too_much_is_named() {
    for (index, otherwise) in [
        ("by_seldom", "CREATE INDEX by_seldom ON item (name)"),
        ("by_seldom", "CREATE INDEX by_seldom ON item (name) WHERE name <> 'b'"),
        (
            "only_one",
            "CREATE INDEX only_one ON item (CASE place WHEN 3 THEN 'only' ELSE place END) WHERE place IN (3, 'only')",
        ),
    ] {
        let connection = with_rows();
        remake(&connection, index, otherwise);
        assert_eq!(own_check(&connection), "ok", "{otherwise}");
        let expected = format!("index {index} holds other rows of item than it should");
        assert_eq!(look(&connection), [expected], "{otherwise}");
    }
}

/// That it is gone is a matter of the schema.
#[test]
fn an_index_that_is_gone_hides_no_other_problem() {
    let connection = with_rows();
    connection.execute_batch("DROP INDEX by_place").unwrap();
    remake(&connection, "by_seldom", "CREATE INDEX by_seldom ON item (name)");
    assert_eq!(look(&connection), ["index by_seldom holds other rows of item than it should"]);
}

/// If SQLite looked into the table, it would not count what the index holds.
#[test]
fn the_keys_of_every_partial_index_of_ours_are_counted_in_it() {
    let memory = migration::in_memory().unwrap();
    let indexes = partial_indexes(&memory).unwrap();
    let named: i64 = memory
        .query_row(
            "SELECT count(*) FROM sqlite_schema s, pragma_index_list(s.name) l WHERE s.type = 'table' AND l.partial",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!((i64::try_from(indexes.len()).unwrap(), indexes.len() > 8), (named, true));
    for index in &indexes {
        let plan = format!("EXPLAIN QUERY PLAN {}", index.held());
        let plan: String = memory.query_row(&plan, [], |row| row.get("detail")).unwrap();
        assert!(plan.contains(&format!("USING COVERING INDEX {}", index.name)), "{plan}");
    }
    assert_eq!(problems_of(&memory, &indexes), [""; 0]);
}
