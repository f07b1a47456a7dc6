//! What is derived from the log is written without an event, and nothing else is.

use crate::home::{Home, setting};
use licentia_storage::{Checkpoint, Cosignature, Event, Events, StoreError, Timestamp, Tx, raw};

fn checkpoint(size: i64) -> Checkpoint {
    Checkpoint {
        size,
        epoch: 1,
        root: [7; 32],
        frontier: vec![7; 32],
        note: "licentia/log/1\n".to_owned(),
        reason: "test".to_owned(),
        created_at: Timestamp(0),
    }
}

fn cosignature(size: i64, witness: &str) -> Cosignature {
    Cosignature {
        size,
        witness: witness.to_owned(),
        line: format!("— {witness} AAAA"),
        signed_at: Timestamp(5),
        received_at: Timestamp(6),
    }
}

async fn keep(home: &Home, checkpoint: Checkpoint) -> Result<(), StoreError> {
    home.store
        .maintain(move |tx| async move {
            tx.add_checkpoint(&checkpoint).await?;
            tx.commit(()).await
        })
        .await
}

#[tokio::test]
async fn a_checkpoint_and_what_witnesses_say_of_it_are_kept_as_they_were_first() {
    let home = Home::new().await;
    for key in ["a", "b", "c"] {
        home.note(key).await.unwrap();
    }
    let before = home.store.reader().audit_size().await.unwrap();
    for size in [1, 3, 2] {
        keep(&home, checkpoint(size)).await.unwrap();
    }
    keep(&home, Checkpoint { root: [8; 32], ..checkpoint(3) }).await.unwrap();
    home.store
        .maintain(|tx| async move {
            for witness in ["one", "two", "one"] {
                tx.add_cosignature(&cosignature(3, witness)).await?;
            }
            tx.commit(()).await
        })
        .await
        .unwrap();
    let reader = home.store.reader();
    assert_eq!(reader.latest_checkpoint().await.unwrap(), Some(checkpoint(3)));
    assert_eq!(reader.checkpoints_from(2, 10).await.unwrap(), [checkpoint(2), checkpoint(3)]);
    assert_eq!(reader.cosignatures(3).await.unwrap(), [cosignature(3, "one"), cosignature(3, "two")]);
    assert_eq!(reader.cosignatures_by("one", Some(1), 4).await.unwrap(), [cosignature(3, "one")]);
    for (witness, epoch, before) in [("one", 1, 3), ("one", 2, 4), ("three", 1, 4)] {
        assert_eq!(reader.cosignatures_by(witness, Some(epoch), before).await.unwrap(), []);
    }
    assert_eq!(reader.audit_size().await.unwrap(), before, "no event was due");
}

/// The same name may stand for another key by then.
#[tokio::test]
async fn a_line_stands_in_the_way_of_no_other() {
    let home = Home::new().await;
    for key in ["a", "b", "c"] {
        home.note(key).await.unwrap();
    }
    let other = |size| Cosignature { line: "— one BBBB".to_owned(), ..cosignature(size, "one") };
    for size in [1, 2, 3] {
        keep(&home, checkpoint(size)).await.unwrap();
    }
    home.store
        .maintain(move |tx| async move {
            for line in [cosignature(1, "one"), other(2), cosignature(2, "one"), other(2)] {
                tx.add_cosignature(&line).await?;
            }
            tx.commit(()).await
        })
        .await
        .unwrap();
    let reader = home.store.reader();
    for epoch in [Some(1), None] {
        let said = reader.cosignatures_by("one", epoch, i64::MAX).await.unwrap();
        assert_eq!(said, [cosignature(2, "one"), other(2)]);
    }
    assert_eq!(reader.cosignatures_by("one", Some(1), 2).await.unwrap(), [cosignature(1, "one")]);
    assert_eq!(reader.cosignatures_by("one", Some(1), 1).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_not_committed_is_not_there() {
    let home = Home::new().await;
    let outcome: Result<(), StoreError> = home
        .store
        .maintain(|tx| async move {
            tx.add_checkpoint(&checkpoint(1)).await?;
            Err(StoreError::NotFounded)
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(home.store.reader().latest_checkpoint().await.unwrap(), None);
    home.works().await;
}

#[tokio::test]
async fn the_guard_lets_derived_tables_through_and_nothing_beside_them() {
    let home = Home::new().await;
    let mine = "INSERT INTO audit_checkpoint VALUES (1, 1, zeroblob(32), x'', 'n', 'r', 0)";
    let error = home
        .leaves_nothing(async |home| {
            let sql = format!("BEGIN IMMEDIATE; {mine}; INSERT INTO setting VALUES ('sly', '1', 0); COMMIT");
            home.store.past_the_types(&sql).await
        })
        .await;
    assert!(matches!(error, StoreError::Unaudited), "{error:?}");
    home.store.past_the_types(mine).await.unwrap();
    for sql in [
        "UPDATE audit_checkpoint SET size = 2",
        "DELETE FROM audit_checkpoint",
        "REPLACE INTO audit_checkpoint VALUES (1, 1, zeroblob(32), x'', 'm', 'r', 0)",
    ] {
        let error = home.leaves_nothing(async |home| home.store.past_the_types(sql).await).await;
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn a_new_key_is_the_last_thing_that_a_transaction_says() {
    let home = Home::new().await;
    let key =
        licentia_storage::AuditKey { id: vec![1; 16], public_key: vec![2; 32], epoch: 1, created_at: Timestamp(0) };
    let insert = async |last: bool| {
        let key = key.clone();
        let work = async move |tx: Tx| {
            let effects = [tx.insert(&key).await?, tx.insert(&setting("other")).await?];
            let [key, other] = effects;
            let (key, other) =
                (Event::new("key").accounts_for([key]), Event::new("setting.change").accounts_for([other]));
            let events = if last { Events::of(other, [key]) } else { Events::of(key, [other]) };
            tx.commit(events, ()).await
        };
        home.store.write(home.seal.clone(), work).await
    };
    let error = insert(false).await.unwrap_err();
    assert!(matches!(error, StoreError::Disordered { noun: raw::KEY_NOUN }), "{error:?}");
    insert(true).await.unwrap();
    // From here on the old key is not in force any more.
    let error = home.note("with the old key").await.unwrap_err();
    assert!(matches!(error, StoreError::KeyRotated), "{error:?}");
}
