//! What stories about licenses do again and again.

use crate::common::{World, request};
use licentia_core::audit::{KeySource, VerifyReport, VerifyRequest};
use licentia_core::{
    Error, IssueRequest, Issuer, License, LicenseId, NewIssuer, Progress, ReasonCode, Result, RevokeRequest,
};
use std::fmt::Write;
use std::sync::Arc;

impl World {
    pub(crate) async fn issue(&self, subject: &str) -> License {
        self.try_issue(request(subject)).await.unwrap()
    }

    pub(crate) async fn try_issue(&self, request: IssueRequest) -> Result<License> {
        Ok(self.licentia.licenses().issue(&self.operator, request).await?.license)
    }

    pub(crate) async fn new_issuer(&self, name: &str) -> Issuer {
        let new = NewIssuer { name: name.to_owned(), status_url: None };
        self.licentia.issuers().generate(&self.operator, new).await.unwrap()
    }

    pub(crate) async fn revoke(&self, license: LicenseId) {
        let request = RevokeRequest { license, reason: ReasonCode::Refund, note: None };
        self.licentia.revocations().revoke(&self.operator, request).await.unwrap();
    }

    /// A refusal leaves no event.
    pub(crate) async fn refused<T>(&self, asked: impl Future<Output = Result<T>>) -> Error {
        let before = self.entries().await;
        let Err(error) = asked.await else { panic!("this should have been refused") };
        assert_eq!(self.entries().await, before, "a refusal leaves no event");
        error
    }

    /// Somebody edits the file with another program.
    pub(crate) fn tamper(&self, sql: &str) {
        self.sql().execute_batch(sql).unwrap();
    }

    /// One number, read with another program.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Every row of these tables, as text.
    pub(crate) fn dump(&self, tables: &[&str]) -> String {
        let sql = self.sql();
        let mut text = String::new();
        for table in tables {
            let mut statement = sql.prepare(&format!("SELECT * FROM {table} ORDER BY rowid")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values: Vec<_> = (0..columns).map(|at| format!("{:?}", row.get_ref_unwrap(at))).collect();
                writeln!(text, "{table}: {}", values.join(", ")).unwrap();
            }
        }
        text
    }

    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.licentia.place().database).unwrap()
    }

    pub(crate) async fn verify(&self) -> VerifyReport {
        let request = VerifyRequest { fingerprint: Some(self.fingerprint.clone()), ..VerifyRequest::default() };
        self.licentia.audit().verify(&request, Self::quiet()).await.unwrap()
    }

    pub(crate) async fn assert_verified(&self) {
        let report = self.verify().await;
        assert_eq!(report.issues, []);
        assert!(report.verified);
        assert_eq!(report.trust.key_source, KeySource::Given);
        assert_eq!(report.entries_checked, self.entries().await);
    }

    pub(crate) fn quiet() -> Progress {
        Arc::new(|_, _| {})
    }
}
