use super::*;
use proptest::prelude::*;

/// A table with an index of every shape that the schema has, empty.
fn table() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE item (id BLOB PRIMARY KEY, name, place, UNIQUE (name, place));
             CREATE INDEX by_name ON item (name);
             CREATE INDEX by_place ON item (place, name) WHERE place IS NOT NULL;
             CREATE INDEX by_seldom ON item (name) WHERE name NOT IN ('a', 'b');
             CREATE UNIQUE INDEX only_one ON item (place) WHERE place <> 'many';
             CREATE INDEX by_tail ON item (substr(id, 2, 1), coalesce(place, 9223372036854775807), id);",
        )
        .unwrap();
    connection
}

/// The indexes that are doubted, and the tables where it is not known which one.
fn look(connection: &Connection) -> Vec<String> {
    let doubts = doubts_of(connection, indexes_of(&table()).unwrap()).unwrap();
    doubts.into_iter().map(|doubt| doubt.index.unwrap_or(doubt.table)).collect()
}

fn with_rows() -> Connection {
    let connection = table();
    connection
        .execute_batch(
            "INSERT INTO item VALUES (x'0102', 'a', 3), (x'0100', 'b', NULL), (x'0203', 'ä', 'only'), (x'00', 'b', -1),
             (x'05', NULL, NULL), (x'06', NULL, NULL), (x'07', '', x'');",
        )
        .unwrap();
    connection
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

#[test]
fn an_index_that_holds_what_its_table_holds_is_not_doubted() {
    assert_eq!(look(&table()), [""; 0]);
    assert_eq!(look(&with_rows()), [""; 0]);
}

#[test]
fn an_index_that_leaves_a_row_out_or_holds_another_value_is_doubted() {
    for (index, otherwise) in [
        ("by_name", "CREATE INDEX by_name ON item (name) WHERE rowid <> 2"),
        ("by_name", "CREATE INDEX by_name ON item (CASE id WHEN x'0100' THEN 'c' ELSE name END)"),
        ("by_place", "CREATE INDEX by_place ON item (place, name) WHERE place <> 3"),
        ("by_seldom", "CREATE INDEX by_seldom ON item (name) WHERE name = ''"),
        // What a search for 'b' must not come by.
        ("by_seldom", "CREATE INDEX by_seldom ON item (name)"),
        ("by_tail", "CREATE INDEX by_tail ON item (substr(id, 1, 1), coalesce(place, 9223372036854775807), id)"),
        ("by_tail", "CREATE INDEX by_tail ON item (substr(id, 2, 1), coalesce(place, 0), id)"),
    ] {
        let connection = with_rows();
        remake(&connection, index, otherwise);
        assert_eq!(look(&connection), [index], "{otherwise}");
    }
}

/// All keys are there, and a search does not come by them.
#[test]
fn an_index_in_another_order_is_doubted() {
    let connection = with_rows();
    remake(&connection, "by_name", "CREATE INDEX by_name ON item (name DESC)");
    assert_eq!(look(&connection), ["by_name"]);
}

#[test]
fn an_index_that_is_another_one_is_doubted() {
    let connection = with_rows();
    let root = |name: &str| format!("(SELECT rootpage FROM sqlite_schema WHERE name = '{name}')");
    // The rows of a copy have the same values and other numbers.
    connection
        .execute_batch(&format!(
            "CREATE TABLE copy AS SELECT * FROM item ORDER BY id;
             CREATE INDEX of_copy ON copy (name);
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET rootpage = {} WHERE name = 'by_name';
             PRAGMA writable_schema = RESET;",
            root("of_copy")
        ))
        .unwrap();
    assert_eq!(look(&connection), ["copy", "by_name"]);
}

#[test]
fn an_index_that_nobody_knows_is_doubted() {
    let connection = with_rows();
    connection.execute_batch("CREATE TABLE other (name); CREATE INDEX more ON other (name);").unwrap();
    assert_eq!(look(&connection), ["other"]);
}

#[test]
fn an_index_that_is_gone_or_holds_one_key_twice_is_doubted() {
    let connection = with_rows();
    connection.execute_batch("DROP INDEX by_name").unwrap();
    assert_eq!(look(&connection), ["item"]);
    let connection = with_rows();
    remake(
        &connection,
        "only_one",
        "INSERT INTO item VALUES (x'08', 'x', 'only'); CREATE INDEX only_one ON item (place) WHERE place <> 'many'",
    );
    assert_eq!(look(&connection), ["only_one"]);
}

/// A walk would not see a field too many; a search that compares the row's number with it goes astray.
#[test]
fn an_index_with_a_field_that_nothing_reads_is_doubted() {
    for (index, otherwise) in [
        ("by_name", "CREATE INDEX by_name ON item (name, place)"),
        ("by_name", "CREATE INDEX by_name ON item (name, CASE id WHEN x'0100' THEN 9 ELSE 0 END)"),
        ("by_name", "CREATE INDEX by_name ON item (name, NULL)"),
        ("by_place", "CREATE INDEX by_place ON item (place, name, id) WHERE place IS NOT NULL"),
    ] {
        let connection = with_rows();
        remake(&connection, index, otherwise);
        assert_eq!(look(&connection), [index], "{otherwise}");
    }
}

/// SQLite computes a constant instead of reading it: what an index holds for it, SQLite's own check has to say.
#[test]
fn constants_are_left_to_sqlite() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE one (name); CREATE UNIQUE INDEX only_one ON one ((1));
             CREATE TABLE two (name); CREATE INDEX by_equal ON two (name) WHERE name = 'a';
             INSERT INTO one VALUES ('a'); INSERT INTO two VALUES ('a');",
        )
        .unwrap();
    let doubts = doubts_of(&connection, indexes_of(&connection).unwrap()).unwrap();
    let unsure = ["one", "two"].map(|table| Doubt { table: table.to_owned(), index: None });
    assert_eq!(doubts, BTreeSet::from(unsure));
}

/// What SQLite would be left to look at is small.
#[test]
fn every_index_of_ours_that_can_be_long_is_walked() {
    let memory = migration::in_memory().unwrap();
    let indexes = indexes_of(&memory).unwrap();
    assert!(indexes.len() > 40);
    let random = RandomState::new();
    // These tables have few rows, or one.
    let constant = ["vault_only_one", "issuer_one_active", "audit_log_only_one"];
    for index in &indexes {
        let walked = Walked::Through(Held::default());
        let expected = if constant.contains(&index.name.as_str()) { Walked::Not } else { walked };
        assert_eq!(walk(&memory, index, &random).unwrap(), expected, "{index:?}");
    }
    let doubts: Vec<_> = doubts_of(&memory, indexes).unwrap().into_iter().map(|doubt| doubt.table).collect();
    assert_eq!(doubts, ["audit_log", "issuer", "vault"]);
}

fn value() -> impl Strategy<Value = rusqlite::types::Value> {
    use rusqlite::types::Value;
    prop_oneof![
        Just(Value::Null),
        // Around every length that an integer is written in.
        (0..64_u32, -2..=2_i64, any::<bool>()).prop_map(|(bits, beside, below)| {
            let near = (1_i64 << bits).wrapping_add(beside);
            Value::Integer(if below { near.wrapping_neg() } else { near })
        }),
        prop_oneof!["[a-c]{0,3}", "\\PC{0,6}", Just("a\0".to_owned())].prop_map(Value::Text),
        (0..20_000_usize).prop_map(|length| Value::Text("x".repeat(length))),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::Blob),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is written, changed and deleted, an index that SQLite keeps is never doubted; and one without a row that it
    /// should hold always is.
    #[test]
    fn only_what_is_wrong_is_doubted(
        rows in prop::collection::vec((any::<[u8; 2]>(), value(), value()), 1..40), hidden in any::<prop::sample::Index>(),
    ) {
        let connection = table();
        for (id, name, place) in &rows {
            connection.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?)", (id, name, place)).unwrap();
        }
        connection.execute("UPDATE OR REPLACE item SET name = place WHERE rowid % 3 = 0", []).unwrap();
        connection.execute("DELETE FROM item WHERE rowid % 5 = 0", []).unwrap();
        prop_assert_eq!(look(&connection), [""; 0]);
        let left: Vec<i64> = connection.prepare("SELECT rowid FROM item").unwrap()
            .query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        if !left.is_empty() {
            let hidden = left[hidden.index(left.len())];
            remake(&connection, "by_name", &format!("CREATE INDEX by_name ON item (name) WHERE rowid <> {hidden}"));
            prop_assert_eq!(look(&connection), ["by_name"]);
            remake(&connection, "by_name", "CREATE INDEX by_name ON item (name, id)");
            prop_assert_eq!(look(&connection), ["by_name"]);
        }
    }
}
