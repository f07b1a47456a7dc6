//! The time rule: recorded time never runs backwards unnoticed.

use crate::home::{Home, NOON, SECOND, setting, within};
use licentia_storage::{AuditRecord, Event, Events, Severity, StoreError, Timestamp, Tx};

async fn last(home: &Home) -> AuditRecord {
    let reader = home.store.reader();
    let size = reader.audit_size().await.unwrap();
    reader.audit_entry(size).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_small_step_back_keeps_the_recorded_time() {
    let home = Home::new().await;
    for step in [SECOND, 60 * SECOND, 120 * SECOND - 1] {
        home.world.set(NOON - step);
        home.note(&format!("step {step}")).await.unwrap();
        let entry = last(&home).await;
        assert_eq!((entry.recorded_at, entry.clock), (Timestamp(NOON), Timestamp(NOON - step)));
    }
    assert_eq!(home.store.reader().audit_size().await.unwrap(), 4);
}

#[tokio::test]
async fn a_large_step_back_is_written_down_first_and_restarts_time() {
    for step in [120 * SECOND, 180 * SECOND, 400 * 86_400 * SECOND] {
        let home = Home::new().await;
        home.world.set(NOON - step);
        home.note("theme").await.unwrap();

        let reader = home.store.reader();
        assert_eq!(reader.audit_size().await.unwrap(), 3);
        let adjusted = reader.audit_entry(2).await.unwrap().unwrap();
        let entry = reader.audit_entry(3).await.unwrap().unwrap();
        let (old, new) = (Timestamp(NOON), Timestamp(NOON - step));
        assert_eq!((adjusted.kind.as_str(), adjusted.actor_kind.as_str()), ("clock.adjusted", "system"));
        assert_eq!(adjusted.severity, Severity::Warning.as_str());
        let payload = serde_json::json!({ "old": old.to_micros_text(), "new": new.to_micros_text() });
        assert_eq!(adjusted.payload_value(), payload);
        assert_eq!(adjusted.transaction_id, entry.transaction_id);
        assert_eq!((adjusted.recorded_at, entry.recorded_at, entry.clock), (new, new, new));
        assert_eq!((entry.kind.as_str(), entry.actor_kind.as_str()), ("setting.change", "user"));

        // From here on time runs as usual.
        home.world.pass(SECOND);
        home.note("later").await.unwrap();
        assert_eq!(last(&home).await.recorded_at, Timestamp(new.0 + SECOND));
        assert_eq!(reader.audit_size().await.unwrap(), 4);
    }
}

#[tokio::test]
async fn a_step_back_is_measured_from_the_recorded_time_not_from_the_last_reading() {
    let home = Home::new().await;
    // Two steps of 90 seconds: the second leaves the recorded time behind by more than two minutes.
    home.world.set(NOON - 90 * SECOND);
    home.note("first").await.unwrap();
    home.world.set(NOON - 180 * SECOND);
    home.note("second").await.unwrap();
    assert_eq!(home.store.reader().audit_entry(3).await.unwrap().unwrap().kind, "clock.adjusted");
    assert_eq!(last(&home).await.recorded_at, Timestamp(NOON - 180 * SECOND));
}

#[tokio::test]
async fn a_step_forward_is_followed() {
    let home = Home::new().await;
    home.world.set(NOON + 3650 * 86_400 * SECOND);
    home.note("theme").await.unwrap();
    let entry = last(&home).await;
    assert_eq!((entry.seq, entry.recorded_at), (2, Timestamp(NOON + 3650 * 86_400 * SECOND)));
}

#[tokio::test]
async fn the_events_of_one_transaction_share_its_moment() {
    let home = Home::new().await;
    let world = home.world.clone();
    home.world.pass(SECOND);
    within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Result<_, StoreError> {
        let effect = tx.insert(&setting("slow")).await?;
        world.pass(3_600 * SECOND);
        let events = (0..250).map(|number| Event::new("batch.item").with("number", number));
        tx.commit(Events::of(Event::new("batch").accounts_for([effect]), events), ()).await
    }))
    .await
    .unwrap();
    let plain = home.plain();
    let moments: (i64, i64, i64, i64) = plain
        .query_row(
            "SELECT count(*), min(recorded_at), max(recorded_at), count(DISTINCT transaction_id) FROM audit_entry WHERE seq > 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    assert_eq!(moments, (251, NOON + SECOND, NOON + SECOND, 1));
}
