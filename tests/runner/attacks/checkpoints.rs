//! Attacks on what the log's key signed of the log as a whole, and what it gives away of attacks on the entries.

use super::numbered::{cut, forge, set_back, with_stolen_key};
use super::pins::issue;
use super::{Gallery, SIZE, caught, copied, opened, tamper_sql, verified};

/// What the checkpoint of the original covers: it was written before the export, which is the last entry.
const COVERED: usize = SIZE - 1;

#[test]
fn every_column_of_a_checkpoint() {
    let (_shell, connection) = opened();
    let count: i64 = connection.query_row("SELECT count(*) FROM audit_checkpoint", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
    let mut gallery = Gallery::default();
    for (column, value) in [
        ("size", "8".to_owned()),
        ("epoch", "2".to_owned()),
        ("root", "randomblob(32)".to_owned()),
        ("frontier", "randomblob(length(frontier))".to_owned()),
        ("note", format!("replace(note, '\n{COVERED}\n', '\n8\n')")),
    ] {
        let at = if column == "size" { 8 } else { COVERED };
        let found = gallery.sql(column, &format!("UPDATE audit_checkpoint SET {column} = {value}"));
        found.is_only(&format!("checkpoint_altered@{at}"));
    }
    gallery
        .sql("moved beyond the end", "UPDATE audit_checkpoint SET size = 900, note = replace(note, '16', '900')")
        .is_only("checkpoint_altered@900");
}

/// It is made from the entries, and can be made again: that it is gone proves nothing, and is no issue.
#[test]
fn a_checkpoint_deleted() {
    let shell = copied();
    tamper_sql(&shell.database(), "DELETE FROM audit_checkpoint");
    assert_eq!(verified(&shell), "file");
}

/// A03, by somebody who forgot one checkpoint: with the log's own key everything else holds.
#[test]
fn a_history_rewritten_with_the_stolen_key_and_an_old_checkpoint_kept() {
    let (mut shell, stolen) = with_stolen_key();
    issue(&shell, "alice");
    shell.run("audit checkpoint").done();
    issue(&shell, "bob");
    issue(&shell, "carol");
    shell.run("audit checkpoint").done();
    // No pin: this machine has not seen the log before.
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    assert_eq!(verified(&shell), "file");
    forge(&shell, |forger| {
        forger.entries[4].fields.actor = "somebody@else".to_owned();
        forger.rechain_with(&stolen, 4);
    });
    caught(&shell).is_only("checkpoint_disagrees@5-6");
    // With the checkpoint gone too, nobody can tell who did not keep it: a customer's license, a witness, a pin.
    tamper_sql(&shell.database(), "DELETE FROM audit_checkpoint WHERE size = 6");
    assert_eq!(verified(&shell), "file");
}

#[test]
fn the_tail_cut_and_a_checkpoint_kept() {
    let (mut shell, _) = with_stolen_key();
    shell.run("audit export --out one.jsonl").done();
    shell.run("audit checkpoint").done();
    shell.set("LICENTIA_PIN_DIR", "elsewhere");
    // An export touches no table: without the checkpoint nothing would show.
    tamper_sql(&shell.database(), &(cut(3) + &set_back(3)));
    caught(&shell).is_only("checkpoint_beyond@4");
    shell.run("audit checkpoint").refused("no checkpoint was signed");
}
