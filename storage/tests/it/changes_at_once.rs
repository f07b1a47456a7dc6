//! Writes beside other readers and writers, and writes whose caller or whose program goes away.

use crate::changes::Outcome;
use crate::home::{self, Home, setting, within};
use licentia_storage::{Event, Tx};
use tokio::sync::oneshot;

#[tokio::test]
async fn a_transaction_sees_its_own_changes_and_others_do_not() {
    let home = Home::new().await;
    let outside = home.store.clone();
    within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Outcome {
        let effect = tx.insert(&setting("draft")).await?;
        assert!(tx.reader().setting("draft").await?.is_some());
        assert!(outside.reader().setting("draft").await?.is_none());
        tx.commit(Event::new("setting.change").accounts_for([effect]), ()).await
    }))
    .await
    .unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_a_write() {
    let home = Home::new().await;
    let (store, seal) = (home.store.clone(), home.seal.clone());
    let (reached, in_the_middle) = oneshot::channel();
    let (go_on, gate) = oneshot::channel::<()>();
    let caller = tokio::spawn(async move {
        within(store.write(seal, async move |tx: Tx| -> Outcome {
            let effect = tx.insert(&setting("kept")).await?;
            reached.send(()).unwrap();
            gate.await.unwrap();
            tx.commit(Event::new("setting.change").accounts_for([effect]), ()).await
        }))
        .await
    });
    in_the_middle.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go_on.send(()).unwrap();

    // The next write waits for its turn, so what was under way is over by then.
    home.works().await;
    assert!(home.store.reader().setting("kept").await.unwrap().is_some());
}

#[tokio::test]
async fn a_caller_may_go_away_at_any_moment() {
    let home = Home::new().await;
    for moment in 0..40 {
        let key = format!("moment {moment}");
        let leaves = async {
            for _ in 0..moment {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = leaves => {}
            done = home.note(&key) => done.unwrap(),
        }
    }
    home.works().await;
    assert_all_accounted_for(&home);
}

#[test]
fn a_program_that_ends_in_the_middle_leaves_all_or_nothing() {
    for moment in 0..10 {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let home = runtime.block_on(Home::new());
        let (store, seal) = (home.store.clone(), home.seal.clone());
        runtime.spawn(async move { home::note(&store, &seal, "last words").await });
        runtime.block_on(async {
            for _ in 0..moment * 5 {
                tokio::task::yield_now().await;
            }
        });
        runtime.shutdown_background();

        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = home.again().await;
            home::note(&store, &home.seal, "after").await.unwrap();
        });
        assert_all_accounted_for(&home);
    }
}

/// One entry for the founding, and one for each setting.
fn assert_all_accounted_for(home: &Home) {
    let (settings, entries, head): (i64, i64, i64) = home
        .plain()
        .query_row(
            "SELECT (SELECT count(*) FROM setting), (SELECT max(seq) FROM audit_entry), (SELECT size FROM audit_head)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((settings + 1, entries), (entries, head));
}

#[tokio::test(flavor = "multi_thread")]
async fn three_writers_and_two_stores_make_one_log_without_a_gap() {
    let home = Home::new().await;
    let other = home.again().await;
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let store = if writer == 0 { other.clone() } else { home.store.clone() };
            let seal = home.seal.clone();
            tokio::spawn(async move {
                for number in 0..40 {
                    home::note(&store, &seal, &format!("{writer} {number}")).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_all_accounted_for(&home);
    let broken: i64 = home
        .plain()
        .query_row(
            "SELECT count(*) FROM audit_entry e JOIN audit_entry p ON p.seq = e.seq - 1
             WHERE e.previous_hash <> p.hash OR e.recorded_at < p.recorded_at",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(broken, 0);
    assert_eq!(home.store.reader().audit_size().await.unwrap(), 121);
}
