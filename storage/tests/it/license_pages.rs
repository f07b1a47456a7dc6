//! Lists of licenses, compared with a filter in memory, page by page to the end.

use crate::home::{Home, NOON, id, issuer, license, within};
use licentia_storage::{
    Committed, Event, IssuerId, License, LicenseCounts, LicenseId, LicenseOrder, LicenseQuery, LicenseSpan,
    LicenseStatus, ReasonCode, Revocation, StoreError, SubjectSignature, Timestamp, Tx,
};

const HOUR: i64 = 3_600_000_000;

/// Licenses in every state, with many of the same expiry and start.
fn rows() -> Vec<License> {
    (0..2_400_u64)
        .map(|number| {
            let hours = |modulus: u64| NOON + (i64::try_from(number * 7 % modulus).unwrap() - 10) * HOUR;
            let subject = match number % 6 {
                0 => format!("Alice {number}"),
                1 => format!("100%_\\{number}"),
                2 => format!("Zoë ÄÖ {number}"),
                _ => format!("customer{number}@Example.com"),
            };
            License {
                status: LicenseStatus::ALL[usize::try_from(number / 3 % 4).unwrap()],
                not_before: (number % 5 == 0).then(|| Timestamp(hours(20))),
                not_after: (number % 3 != 0).then(|| Timestamp(hours(31))),
                subject_signature: SubjectSignature::of(&subject),
                subject,
                ..license(number, id::<IssuerId>(number % 4))
            }
        })
        .collect()
}

async fn filled(rows: &[License]) -> Home {
    let home = Home::new().await;
    for number in 0..5 {
        home.insert_issuer(issuer(number)).await;
    }
    let rows = rows.to_vec();
    within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Result<_, StoreError> {
        let effects = tx.insert_many(&rows).await?;
        tx.commit(Event::new("license.import").accounts_for(effects), ()).await
    }))
    .await
    .unwrap();
    home
}

/// What a query should give, all pages together.
fn expected(rows: &[License], query: &LicenseQuery) -> Vec<LicenseId> {
    let expiry = |row: &License| row.not_after.unwrap_or(Timestamp(i64::MAX));
    let mut found: Vec<&License> = rows
        .iter()
        .filter(|row| query.status.is_none_or(|status| row.status == status))
        .filter(|row| query.issuer.is_none_or(|issuer| row.issuer_id == issuer))
        .filter(|row| {
            let part = query.subject.as_ref().map(|part| part.to_ascii_lowercase());
            part.is_none_or(|part| row.subject.to_ascii_lowercase().contains(&part))
        })
        .filter(|row| {
            query.expiry.is_none_or(|span| {
                span.after.is_none_or(|after| expiry(row) > after)
                    && span.until.is_none_or(|until| expiry(row) <= until)
            })
        })
        .filter(|row| query.started.is_none_or(|(started, now)| row.not_before.is_none_or(|at| at <= now) == started))
        .collect();
    match query.order() {
        LicenseOrder::NewestFirst => found.sort_by_key(|row| std::cmp::Reverse(row.id)),
        LicenseOrder::SoonestExpiryFirst => found.sort_by_key(|row| (expiry(row), row.id)),
        LicenseOrder::SoonestStartFirst => found.sort_by_key(|row| (row.not_before, row.id)),
    }
    found.into_iter().map(|row| row.id).collect()
}

/// All pages of a query, one after the other.
async fn pages(home: &Home, query: &LicenseQuery) -> Vec<LicenseId> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = home.store.reader().licenses(&query).await.unwrap();
        assert!(page.len() as u64 <= query.limit);
        found.extend(page.iter().map(|row| row.id));
        if (page.len() as u64) < query.limit {
            return found;
        }
        query.after = page.last().map(Into::into);
    }
}

#[tokio::test]
async fn licenses_are_counted_by_state() {
    let rows = rows();
    let home = filled(&rows).await;
    let (now, soon) = (Timestamp(NOON), Timestamp(NOON + 5 * HOUR));
    let counts = home.store.reader().license_counts(now, soon).await.unwrap();
    let many = |which: &dyn Fn(&License) -> bool| rows.iter().filter(|row| which(row)).count() as u64;
    let of = |status| many(&|row| row.status == status);
    let active = |which: &dyn Fn(&License) -> bool| many(&|row| row.status == LicenseStatus::Active && which(row));
    let ended = |row: &License| row.not_after.is_some_and(|end| end <= now);
    let begun = |row: &License| row.not_before.is_none_or(|start| start <= now);
    let expected = LicenseCounts {
        active: of(LicenseStatus::Active),
        suspended: of(LicenseStatus::Suspended),
        superseded: of(LicenseStatus::Superseded),
        revoked: of(LicenseStatus::Revoked),
        expired: active(&ended),
        expiring: active(&|row| begun(row) && !ended(row) && row.not_after.is_some_and(|end| end <= soon)),
        not_yet_valid: active(&|row| !ended(row) && !begun(row)),
    };
    assert_eq!(counts, expected);
    assert_eq!(counts.total(), rows.len() as u64);
    assert!([counts.expired, counts.expiring, counts.not_yet_valid].iter().all(|count| *count > 0), "{counts:?}");
}

#[tokio::test]
async fn an_empty_table_counts_nothing() {
    let home = Home::new().await;
    let counts = home.store.reader().license_counts(Timestamp(NOON), Timestamp(NOON)).await.unwrap();
    assert_eq!(counts, LicenseCounts::default());
}

#[tokio::test]
async fn every_combination_of_filters_pages_to_what_it_should() {
    let rows = rows();
    let home = filled(&rows).await;
    let span = |after: Option<i64>, until: Option<i64>| LicenseSpan {
        after: after.map(|hours| Timestamp(NOON + hours * HOUR)),
        until: until.map(|hours| Timestamp(NOON + hours * HOUR)),
    };
    let spans = [
        span(Some(0), None),
        span(None, Some(0)),
        span(Some(-3), Some(4)),
        span(None, None),
        span(Some(900), Some(901)),
    ];
    let mut combinations = 0;
    for status in [None, Some(LicenseStatus::Active), Some(LicenseStatus::Revoked)] {
        for issuer in [None, Some(id::<IssuerId>(2)), Some(id::<IssuerId>(4))] {
            for expiry in [None].into_iter().chain(spans.map(Some)) {
                for started in [None, Some((true, Timestamp(NOON))), Some((false, Timestamp(NOON)))] {
                    for subject in [None, Some("EXAMPLE".to_owned()), Some("7".to_owned())] {
                        let query = LicenseQuery { status, issuer, subject, expiry, started, after: None, limit: 97 };
                        assert_eq!(pages(&home, &query).await, expected(&rows, &query), "{query:?}");
                        combinations += 1;
                    }
                }
            }
        }
    }
    assert_eq!(combinations, 486);
}

#[tokio::test]
async fn the_smallest_pages_miss_nothing_and_repeat_nothing() {
    let rows = rows();
    let home = filled(&rows[..120]).await;
    let always = Some(LicenseSpan { after: None, until: None });
    for limit in [1, 2, 7] {
        for (expiry, started) in [(None, None), (always, None), (None, Some((false, Timestamp(NOON - 100 * HOUR))))] {
            for status in [None, Some(LicenseStatus::Suspended)] {
                let query = LicenseQuery { status, expiry, started, limit, ..LicenseQuery::default() };
                assert_eq!(pages(&home, &query).await, expected(&rows[..120], &query), "{query:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_people_type_is_text_not_a_pattern() {
    let rows = rows();
    let home = filled(&rows).await;
    for (text, some) in [
        ("%", true),
        ("_", true),
        ("\\", true),
        ("100%_\\1", true),
        ("%alice", false),
        ("a_ice", false),
        ("ALICE 6", true),
        ("zoë", true),
        // Only ASCII letters are folded.
        ("ÄÖ", true),
        ("äö", false),
        ("ë ÄÖ 2", true),
        ("Zoë äö", false),
        ("R9@eXAMPLE", true),
        ("example.comx", false),
        ("' OR 1=1 --", false),
        ("", true),
    ] {
        let query = LicenseQuery { subject: Some(text.to_owned()), limit: 500, ..LicenseQuery::default() };
        let found = pages(&home, &query).await;
        assert_eq!(found, expected(&rows, &query), "{text}");
        assert_eq!(!found.is_empty(), some, "{text}");
    }
}

#[tokio::test]
async fn the_end_of_a_span_is_in_it_and_its_begin_is_not() {
    let at = |hours: i64| Timestamp(NOON + hours * HOUR);
    let rows: Vec<License> = (0..5)
        .map(|number| License { not_after: Some(at(number.try_into().unwrap())), ..license(number, id(1)) })
        .collect();
    let home = filled(&rows).await;
    let expiry = Some(LicenseSpan { after: Some(at(1)), until: Some(at(3)) });
    let query = LicenseQuery { expiry, limit: 10, ..LicenseQuery::default() };
    assert_eq!(pages(&home, &query).await, [id(2), id(3)]);
}

#[tokio::test]
async fn a_chain_of_reissues_is_found_from_any_of_its_licenses() {
    let mut rows: Vec<License> = (0..6).map(|number| license(number, id(1))).collect();
    for (number, row) in (0..3).zip(&mut rows[1..4]) {
        row.replaces = Some(id(number));
    }
    // Its first license is gone; somebody edited the last one into a circle.
    rows[1].replaces = Some(id(77));
    let home = filled(&rows).await;
    for number in 1..4 {
        let chain = home.store.reader().license_chain(id(number)).await.unwrap();
        assert_eq!(chain.iter().map(|row| row.id).collect::<Vec<_>>(), [id(1), id(2), id(3)]);
    }
    assert_eq!(home.store.reader().successor(id(1)).await.unwrap().unwrap().id, id(2));
    home.plain()
        .execute(
            "UPDATE license SET replaces = ?1 WHERE id = ?2",
            [id::<LicenseId>(3).0.as_bytes(), id::<LicenseId>(1).0.as_bytes()],
        )
        .unwrap();
    assert_eq!(home.store.reader().license_chain(id(2)).await.unwrap().len(), 3);
    assert_eq!(home.store.reader().license_chain(id(5)).await.unwrap().len(), 1);
    assert!(home.store.reader().license_chain(id(99)).await.unwrap().is_empty());
}

#[tokio::test]
async fn revocations_page_from_the_newest_to_the_oldest() {
    let rows: Vec<License> = (0..40).map(|number| license(number, id(1))).collect();
    let home = filled(&rows).await;
    // Several at the same moment.
    let revocations: Vec<Revocation> = (0..40_u64)
        .map(|number| Revocation {
            license_id: id(number),
            reason: ReasonCode::Refund,
            note: None,
            actor: "mathieu@build7".to_owned(),
            revoked_at: Timestamp(NOON + i64::try_from(number / 6).unwrap()),
        })
        .collect();
    let stored = revocations.clone();
    within(home.store.write(home.seal.clone(), async move |tx: Tx| -> Result<Committed<()>, StoreError> {
        let effects = tx.insert_many(&stored).await?;
        tx.commit(Event::new("license.revoke").accounts_for(effects), ()).await
    }))
    .await
    .unwrap();
    let mut expected = revocations;
    expected.sort_by_key(|row| std::cmp::Reverse((row.revoked_at, row.license_id)));
    for limit in [1, 7, 40, 100] {
        let mut found: Vec<Revocation> = Vec::new();
        loop {
            let page = home.store.reader().revocations(found.last(), limit).await.unwrap();
            assert!(page.iter().all(|(revocation, license)| revocation.license_id == license.id));
            found.extend(page.iter().map(|(revocation, _)| revocation.clone()));
            if (page.len() as u64) < limit {
                break;
            }
        }
        assert_eq!(found, expected, "{limit} at a time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_readers_share_pages_like_any_other() {
    let home = filled(&[]).await;
    let rows: Vec<License> = (0..24_000_u64)
        .map(|number| {
            // Not in the order of their ids, so that the parts are of unequal size.
            let number = number * 7_919 % 24_000;
            let rare = if number % 4_001 == 3 { "needle" } else { "straw" };
            let subject = format!("{rare} {number}");
            let subject_signature = SubjectSignature::of(&subject);
            License { subject, subject_signature, ..license(number, id::<IssuerId>(number % 4)) }
        })
        .collect();
    {
        let mut plain = home.plain();
        let transaction = plain.transaction().unwrap();
        let sql = "INSERT INTO license (id, issuer_id, jti, subject, subject_signature, audience, status, origin, features, limits, token, created_at)
                   VALUES (?, ?, ?, ?, ?, '[]', 'active', 'issued', '[]', '{}', 't', 0)";
        let mut insert = transaction.prepare(sql).unwrap();
        for row in &rows {
            let signature = row.subject_signature.bits();
            insert
                .execute((row.id.0.as_bytes(), row.issuer_id.0.as_bytes(), &row.jti, &row.subject, signature))
                .unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    }
    for (text, limit) in [("NEEDLE", 2), ("needle", 100), ("straw 1", 1_000), ("nothing", 10)] {
        for (issuer, status) in [(None, None), (Some(id(3)), None), (None, Some(LicenseStatus::Active))] {
            let subject = Some(text.to_owned());
            let query = LicenseQuery { subject, issuer, status, limit, ..LicenseQuery::default() };
            assert_eq!(pages(&home, &query).await, expected(&rows, &query), "{query:?}");
        }
    }
}
