//! What fails underneath: statements, the disk, the sync of a commit.

use crate::home::{Home, id, issuer, license, setting, within};
use licentia_storage::{Committed, Event, Events, StoreError, Tx};

/// A use case with every kind of statement, and more events than one statement takes.
async fn busy_day(tx: Tx) -> Result<Committed<&'static str>, StoreError> {
    let mut key = issuer(1);
    let mut effects = vec![tx.insert(&key).await?];
    effects.extend(tx.insert_many(&[license(1, key.id), license(2, key.id)]).await?);
    "renamed".clone_into(&mut key.name);
    effects.push(tx.update(&key).await?);
    effects.push(tx.delete(&license(2, key.id)).await?);
    assert!(tx.reader().license(id(1)).await?.is_some());
    let more = (0..150).map(|number| Event::new("license.checked").with("number", number));
    tx.commit(Events::of(Event::new("busy.day").accounts_for(effects), more), "done").await
}

#[tokio::test]
async fn whichever_statement_fails_nothing_stays() {
    let home = Home::new().await;
    let before = home.everything();
    let mut failed = 0;
    loop {
        home.store.faults().fail_after(failed);
        let result = within(home.store.write(home.seal.clone(), busy_day)).await;
        if home.store.faults().disarm() {
            assert_eq!(result.unwrap(), "done");
            break;
        }
        let error = result.unwrap_err();
        let expected = matches!(&error, StoreError::Database(text) if text.contains("injected"))
            // The commit itself: nobody knows until it was looked up.
            || failed == 7 && matches!(error, StoreError::CommitFailed);
        assert!(expected, "statement {failed}: {error:?}");
        assert_eq!(home.everything(), before, "something stayed after statement {failed} failed");
        failed += 1;
    }
    // Five changes (the first goes along with the second) and a look, the head, two statements of entries, the commit.
    assert_eq!(failed, 8);
    assert_eq!(home.store.reader().audit_size().await.unwrap(), 152);
    home.works().await;
}

#[tokio::test]
async fn after_any_failed_statement_the_next_write_works() {
    let home = Home::new().await;
    for statement in 0..8 {
        home.store.faults().fail_after(statement);
        within(home.store.write(home.seal.clone(), busy_day)).await.unwrap_err();
        home.works().await;
    }
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_and_is_named() {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    let pages: u32 = home.plain().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    for room in [0, 1, 5, 40] {
        home.store.past_the_types(&format!("PRAGMA max_page_count = {}", pages + room)).await.unwrap();
        let error = home
            .leaves_nothing(async |home| {
                within(home.store.write(home.seal.clone(), async |tx: Tx| {
                    let mut effects = Vec::new();
                    for number in 0..400 {
                        let mut row = license(number, id(1));
                        row.token = "x".repeat(2_000);
                        effects.push(tx.insert(&row).await?);
                    }
                    tx.commit(Event::new("license.import").accounts_for(effects), ()).await
                }))
                .await
            })
            .await;
        assert!(matches!(error, StoreError::Full), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_that_ignores_a_full_disk_cannot_write_past_it() {
    let home = Home::new().await;
    let pages: u32 = home.plain().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    home.store.past_the_types(&format!("PRAGMA max_page_count = {pages}")).await.unwrap();
    home.leaves_nothing(async |home| {
        within(home.store.write(home.seal.clone(), async |tx: Tx| {
            let mut long = setting("long");
            long.value = serde_json::json!("x".repeat(100_000));
            drop(tx.insert(&long).await?);
            let full = tx.reader().setting("long").await;
            assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
            // SQLite has rolled back by itself: outside any transaction this row would stay.
            assert!(matches!(tx.insert(&setting("after")).await, Err(StoreError::Poisoned)));
            Err::<Committed<()>, _>(StoreError::Full)
        }))
        .await
    })
    .await;
}

#[tokio::test]
async fn a_lost_commit_is_looked_up_and_reported_as_not_written() {
    let home = Home::new().await;
    home.store.faults().lose_next_commit();
    let error = home.leaves_nothing(async |home| home.note("lost").await).await;
    assert!(matches!(error, StoreError::CommitFailed), "{error:?}");
}

#[tokio::test]
async fn a_commit_that_only_seemed_to_fail_is_looked_up_and_reported_as_done() {
    let home = Home::new().await;
    home.store.faults().hide_next_commit();
    let value = within(home.store.write(home.seal.clone(), async |tx: Tx| {
        let effect = tx.insert(&setting("hidden")).await?;
        tx.commit(Event::new("setting.change").accounts_for([effect]), "the value").await
    }))
    .await
    .unwrap();
    assert_eq!(value, "the value");
    assert!(home.store.reader().setting("hidden").await.unwrap().is_some());
    home.works().await;
}

#[tokio::test]
async fn when_nobody_can_look_the_outcome_is_unknown_until_somebody_can() {
    for there in [true, false] {
        let home = Home::new().await;
        let (path, aside) = (home.path(), home.path().with_extension("aside"));
        if there {
            home.store.faults().hide_next_commit();
        } else {
            home.store.faults().lose_next_commit();
        }
        let (from, to) = (path.clone(), aside.clone());
        let error = within(home.store.write(home.seal.clone(), async move |tx: Tx| {
            let effect = tx.insert(&setting("unknown")).await?;
            std::fs::rename(from, to).unwrap();
            tx.commit(Event::new("setting.change").accounts_for([effect]), ()).await
        }))
        .await
        .unwrap_err();
        let StoreError::OutcomeUnknown { events } = error else { panic!("{error:?}") };
        assert_eq!(events.len(), 1);

        // As long as the file is away, nothing is written, and nothing is made in its place.
        home.note("meanwhile").await.unwrap_err();
        assert!(!path.exists());

        std::fs::rename(aside, path).unwrap();
        home.works().await;
        assert_eq!(home.store.reader().setting("unknown").await.unwrap().is_some(), there);
    }
}
