//! The write transaction, each of its promises by trying the opposite.

use crate::home::{self, Home, id, issuer, license, seal, setting, within};
use licentia_storage::{Access, Committed, Effect, Event, Events, IssuerId, License, Store, StoreError, Tx};
use std::sync::{Arc, Mutex};

pub(crate) type Outcome<T = ()> = Result<Committed<T>, StoreError>;

#[tokio::test]
async fn a_change_and_its_event_arrive_together() {
    let home = Home::new().await;
    home.note("theme").await.unwrap();

    let reader = home.store.reader();
    assert_eq!(reader.setting("theme").await.unwrap(), Some(setting("theme")));
    let entry = reader.audit_entry(2).await.unwrap().unwrap();
    assert_eq!((entry.kind.as_str(), entry.actor.as_str()), ("setting.change", "mathieu@build7"));
}

#[tokio::test]
async fn a_row_that_no_event_accounts_for_is_refused() {
    let home = Home::new().await;
    let error = home
        .leaves_nothing(async |home| {
            within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
                drop(tx.insert(&setting("quietly")).await?);
                tx.commit(Event::new("setting.change"), ()).await
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Unaccounted { noun: "setting" }), "{error:?}");
}

#[tokio::test]
async fn one_of_two_changes_left_out_is_refused_too() {
    let home = Home::new().await;
    for left_out in ["insert", "update", "delete"] {
        let error = home
            .leaves_nothing(async |home| {
                within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
                    let mut row = setting("draft");
                    let inserted = tx.insert(&row).await?;
                    row.value = serde_json::json!(2);
                    let updated = tx.update(&row).await?;
                    let deleted = tx.delete(&row).await?;
                    let named: Vec<Effect> = [("insert", inserted), ("update", updated), ("delete", deleted)]
                        .into_iter()
                        .filter_map(|(what, effect)| (what != left_out).then_some(effect))
                        .collect();
                    tx.commit(Event::new("setting.change").accounts_for(named), ()).await
                }))
                .await
            })
            .await;
        assert!(matches!(error, StoreError::Unaccounted { noun: "setting" }), "{left_out}: {error:?}");
    }
}

#[tokio::test]
async fn a_license_with_the_signature_of_another_subject_is_not_added() {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    for at_once in [false, true] {
        let error = home
            .leaves_nothing(async |home| {
                within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
                    let row = License { subject: "somebody else".to_owned(), ..license(1, id::<IssuerId>(1)) };
                    let effects = if at_once { tx.insert_many(&[row]).await? } else { vec![tx.insert(&row).await?] };
                    tx.commit(Event::new("license.issue").accounts_for(effects), ()).await
                }))
                .await
            })
            .await;
        assert!(error.to_string().contains("a subject_signature that is not that of its subject"), "{error}");
    }
}

#[tokio::test]
async fn an_effect_of_another_transaction_accounts_for_nothing() {
    let home = Home::new().await;
    let kept = Arc::new(Mutex::new(None));
    let hand = Arc::clone(&kept);
    let first: Result<(), StoreError> = within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
        *hand.lock().unwrap() = Some(tx.insert(&setting("first")).await?);
        Err(StoreError::Gone { noun: "test" })
    }))
    .await;
    assert!(first.is_err());

    // The same noun at the same place, so only the transaction tells them apart.
    let error = home
        .leaves_nothing(async |home| {
            let stolen = kept.lock().unwrap().take().unwrap();
            within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
                drop(tx.insert(&setting("second")).await?);
                tx.commit(Event::new("setting.change").accounts_for([stolen]), ()).await
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Unaccounted { noun: "setting" }), "{error:?}");
}

#[tokio::test]
async fn changes_to_one_row_are_named_in_the_order_they_were_made() {
    let home = Home::new().await;
    let error = home
        .leaves_nothing(async |home| {
            within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
                let mut row = setting("draft");
                let inserted = tx.insert(&row).await?;
                row.value = serde_json::json!(2);
                let updated = tx.update(&row).await?;
                // The log would end by saying that the row holds what it held first.
                let events = Events::of(
                    Event::new("setting.change").accounts_for([updated]),
                    [Event::new("setting.change").accounts_for([inserted])],
                );
                tx.commit(events, ()).await
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Disordered { noun: "setting" }), "{error:?}");
}

#[tokio::test]
async fn an_error_in_the_middle_leaves_nothing() {
    let home = Home::new().await;
    let error = home
        .leaves_nothing(async |home| {
            within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
                drop(tx.insert(&setting("half")).await?);
                Err(StoreError::Gone { noun: "test" })
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Gone { noun: "test" }), "{error:?}");
}

#[tokio::test]
async fn a_transaction_goes_no_further_after_its_first_error() {
    let home = Home::new().await;
    home.note("taken").await.unwrap();
    let error = home
        .leaves_nothing(async |home| {
            within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
                drop(tx.insert(&setting("taken")).await?);
                // It goes along with whatever comes next.
                let twice = tx.reader().setting("taken").await;
                assert!(matches!(&twice, Err(StoreError::NotUnique(column)) if column == "setting.key"), "{twice:?}");
                // A careless service goes on as if nothing had happened.
                let next = tx.insert(&setting("after")).await;
                assert!(matches!(next, Err(StoreError::Poisoned)), "{next:?}");
                assert!(matches!(tx.reader().setting("taken").await, Err(StoreError::Poisoned)));
                tx.commit(Event::new("setting.change"), ()).await
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Unaccounted { .. }), "{error:?}");
}

#[tokio::test]
async fn a_panic_in_a_service_leaves_nothing_and_is_not_swallowed() {
    let home = Home::new().await;
    let before = home.everything();
    let (store, seal) = (home.store.clone(), home.seal.clone());
    let task = tokio::spawn(async move {
        within(store.write(seal, async |tx: Tx| -> Outcome {
            drop(tx.insert(&setting("half")).await?);
            panic!("a bug in a service")
        }))
        .await
    });
    let panic = task.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug in a service"));
    assert_eq!(home.everything(), before);
    home.works().await;
}

#[tokio::test]
async fn a_row_that_is_gone_cannot_be_changed_or_deleted() {
    let home = Home::new().await;
    for deletes in [false, true] {
        let error = home
            .leaves_nothing(async |home| {
                within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
                    let row = setting("never there");
                    let effect = if deletes { tx.delete(&row).await? } else { tx.update(&row).await? };
                    tx.commit(Event::new("setting.change").accounts_for([effect]), ()).await
                }))
                .await
            })
            .await;
        assert!(matches!(error, StoreError::Gone { noun: "setting" }), "{error:?}");
    }
}

#[tokio::test]
async fn a_license_of_no_issuer_is_refused() {
    let home = Home::new().await;
    let error = home
        .leaves_nothing(async |home| {
            within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
                let effect = tx.insert(&license(1, id(404))).await?;
                tx.commit(Event::new("license.issue").accounts_for([effect]), ()).await
            }))
            .await
        })
        .await;
    assert!(matches!(error, StoreError::Referenced), "{error:?}");
}

#[tokio::test]
async fn many_rows_take_few_statements_and_all_are_named() {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    let rows: Vec<_> = (0..250).map(|number| license(number, id::<IssuerId>(1))).collect();
    within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
        let effects = tx.insert_many(&rows).await?;
        let events = effects.into_iter().map(|effect| Event::new("license.issue").accounts_for([effect]));
        tx.commit(Events::of(Event::new("batch.begin"), events), ()).await
    }))
    .await
    .unwrap();
    let count: i64 = home.plain().query_row("SELECT count(*) FROM license", [], |row| row.get(0)).unwrap();
    assert_eq!((count, home.store.reader().audit_size().await.unwrap()), (250, 253));
}

#[tokio::test]
async fn no_rows_are_no_statement() {
    let home = Home::new().await;
    within(home.store.write(home.seal.clone(), async |tx: Tx| -> Outcome {
        assert!(tx.insert_many::<licentia_storage::Setting>(&[]).await?.is_empty());
        tx.commit(Event::new("audit.export"), ()).await
    }))
    .await
    .unwrap();
}

#[tokio::test]
async fn another_key_than_the_logs_writes_nothing() {
    let home = Home::new().await;
    let error = home.leaves_nothing(async |home| home::note(&home.store, &seal(8), "forged").await).await;
    assert!(matches!(error, StoreError::WrongLogKey), "{error:?}");
}

#[tokio::test]
async fn nothing_is_written_before_the_log_is_founded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("licentia.db");
    let store = Store::create(&path, home::World::new().ambient).await.unwrap();
    let before = home::everything(&path);
    let error = home::note(&store, &seal(7), "early").await.unwrap_err();
    assert!(matches!(error, StoreError::NotFounded), "{error:?}");
    assert_eq!(home::everything(&path), before);
}

#[tokio::test]
async fn a_log_is_founded_once() {
    let home = Home::new().await;
    let error = home.leaves_nothing(async |home| home::found(&home.store, &seal(8)).await).await;
    assert!(error.to_string().contains("audit_log has one row"), "{error}");
}

#[tokio::test]
async fn a_head_that_disagrees_with_the_log_stops_every_append() {
    for lie in ["size = size + 1", "size = size - 1", "hash = zeroblob(32)", "recorded_at = recorded_at + 1"] {
        let home = Home::new().await;
        home.note("before").await.unwrap();
        home.plain().execute(&format!("UPDATE audit_head SET {lie}"), []).unwrap();
        let error = home.note("after").await.unwrap_err();
        assert!(matches!(error, StoreError::HeadDisagrees { .. }), "{lie}: {error:?}");
        assert!(home.store.reader().setting("after").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_store_that_reads_refuses_to_write() {
    let home = Home::new().await;
    let store = Store::open(&home.path(), home.world.ambient.clone(), Access::Read).await.unwrap();
    assert!(!store.is_writable());
    let error = home.leaves_nothing(async |home| home::note(&store, &home.seal, "no").await).await;
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let home = Home::new().await;
    home.store.close().await;
    assert!(matches!(home.note("late").await, Err(StoreError::Closed)));
    assert!(matches!(home.store.reader().setting("late").await, Err(StoreError::Closed)));
    assert!(!home.path().with_file_name("licentia.db-wal").exists(), "the last connection folds the log in");
}
