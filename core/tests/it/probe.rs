//! Probe tokens: each works once, for a while, and what came back is kept as it came.

use crate::common::World;
use licentia_core::{Error, NewProbe, ProbeState};

const DAY: i64 = 86_400;

fn new(label: &str, ttl_seconds: i64) -> NewProbe {
    NewProbe { label: label.to_owned(), ttl_seconds }
}

#[tokio::test]
async fn a_token_takes_one_result_byte_for_byte() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    let created = probes.new_token(&world.operator, new("build server", DAY)).await.unwrap();
    assert!(created.token.starts_with("lprobe_"));
    assert_eq!(created.token.len(), "lprobe_".len() + 43);
    let event = world.last_entry().await;
    assert_eq!((event.kind.as_str(), event.target_kind.as_deref()), ("probe.token_created", Some("ProbeToken")));
    assert!(!event.payload.unwrap().contains(&created.token));

    let text = "{ \"cpu\" : \"x\",\r\n\t\"cpu\": 1.50 }\n";
    let consumed = probes.consume_token(&world.operator, &format!(" {}\n", created.token), text).await.unwrap();
    assert_eq!(consumed.result.as_deref(), Some(text));
    assert_eq!(probes.get(created.probe.id).await.unwrap(), consumed);
    assert_eq!(ProbeState::of(&consumed, world.clock.now()), ProbeState::Consumed);
    let event = world.last_entry().await;
    assert_eq!(event.kind, "probe.result");
    assert_eq!(event.payload_value()["bytes"], text.len());

    let again = probes.consume_token(&world.operator, &created.token, "{}").await;
    assert!(matches!(again, Err(Error::ProbeClosed(ProbeState::Consumed))));
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    let created = probes.new_token(&world.operator, new("build server", 60)).await.unwrap();
    world.clock.advance(59);
    assert_eq!(ProbeState::of(&created.probe, world.clock.now()), ProbeState::Pending);
    world.clock.advance(1);
    assert_eq!(ProbeState::of(&created.probe, world.clock.now()), ProbeState::Expired);
    let late = probes.consume_token(&world.operator, &created.token, "{}").await;
    assert!(matches!(late, Err(Error::ProbeClosed(ProbeState::Expired))));
    let cancelled = probes.cancel(&world.operator, created.probe.id).await.unwrap();
    assert_eq!(
        ProbeState::of(&cancelled, world.clock.now()),
        ProbeState::Cancelled,
        "what came in time is turned away"
    );
    let twice = probes.cancel(&world.operator, created.probe.id).await;
    assert!(matches!(twice, Err(Error::ProbeClosed(ProbeState::Cancelled))));
}

#[tokio::test]
async fn a_cancelled_token_takes_nothing() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    let created = probes.new_token(&world.operator, new("build server", DAY)).await.unwrap();
    let cancelled = probes.cancel(&world.operator, created.probe.id).await.unwrap();
    assert_eq!(cancelled.closed_at, Some(world.clock.now()));
    assert_eq!(world.last_entry().await.kind, "probe.token_revoked");
    let late = probes.consume_token(&world.operator, &created.token, "{}").await;
    assert!(matches!(late, Err(Error::ProbeClosed(ProbeState::Cancelled))));
    let other = probes.consume_token(&world.operator, "lprobe_guessed", "{}").await;
    assert!(matches!(other, Err(Error::ProbeTokenUnknown)));
}

#[tokio::test]
async fn what_cannot_be_a_result_leaves_the_token_usable() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    let created = probes.new_token(&world.operator, new("build server", DAY)).await.unwrap();
    let filler = "x".repeat(64 * 1024 - "{\"a\":\"\"}".len());
    let (largest, too_large) = (format!("{{\"a\":\"{filler}\"}}"), format!("{{\"a\":\"{filler}x\"}}"));
    for (result, why) in [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("{} {}", "not JSON"),
        ("[]", "an array"),
        ("\"text\"", "a string"),
        ("1", "a number"),
        ("null", "null"),
        (too_large.as_str(), "65537 bytes"),
    ] {
        match probes.consume_token(&world.operator, &created.token, result).await {
            Err(Error::Invalid { why: said, .. }) => assert!(said.contains(why), "{said}"),
            other => panic!("{other:?}"),
        }
    }
    probes.consume_token(&world.operator, &created.token, &largest).await.unwrap();
}

#[tokio::test]
async fn labels_and_times_have_limits() {
    let world = World::new().await;
    let probes = world.licentia.probes();
    let size = world.entries().await;
    for refused in [new("", DAY), new("a\nb", DAY), new("x", 59), new("x", 90 * DAY + 1), new("x", i64::MIN)] {
        let answer = probes.new_token(&world.operator, refused.clone()).await;
        assert!(matches!(answer, Err(Error::Invalid { .. })), "{refused:?}");
    }
    assert_eq!(world.entries().await, size);
    let first = probes.new_token(&world.operator, new("x", 60)).await.unwrap().probe;
    world.clock.advance(1);
    let second = probes.new_token(&world.operator, new("x", 90 * DAY)).await.unwrap().probe;
    assert_eq!(probes.collect(Some).await.unwrap(), [second.clone(), first]);
    assert_eq!(probes.resolve(&second.id.short()).await.unwrap(), second);
}
