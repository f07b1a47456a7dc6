//! Faults that tests ask for: the k-th statement fails, or a commit ends in an I/O error.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

pub(crate) const INJECTED: &str = "injected: this statement failed";

/// What is to go wrong in the transactions of one store.
#[derive(Debug, Default)]
pub struct Faults {
    /// Statements (and the commit) until one fails; below zero: none does.
    left: AtomicI64,
    armed: AtomicU8,
}

const OFF: u8 = 0;
const STATEMENT: u8 = 1;
const LOSE_COMMIT: u8 = 2;
const HIDE_COMMIT: u8 = 3;

impl Faults {
    /// The statement after `k` more fails, once.
    pub fn fail_after(&self, k: i64) {
        self.left.store(k, Ordering::SeqCst);
        self.armed.store(STATEMENT, Ordering::SeqCst);
    }

    /// The next commit answers with an I/O error and is not on disk.
    pub fn lose_next_commit(&self) {
        self.armed.store(LOSE_COMMIT, Ordering::SeqCst);
    }

    /// The next commit answers with an I/O error and is on disk.
    pub fn hide_next_commit(&self) {
        self.armed.store(HIDE_COMMIT, Ordering::SeqCst);
    }

    /// Nothing goes wrong any more; true when something still was to.
    pub fn disarm(&self) -> bool {
        self.armed.swap(OFF, Ordering::SeqCst) != OFF
    }

    pub(crate) fn next_fails(&self) -> bool {
        self.armed.load(Ordering::SeqCst) == STATEMENT && self.left.fetch_sub(1, Ordering::SeqCst) == 0 && self.disarm()
    }

    pub(crate) fn loses_commit(&self) -> bool {
        self.armed.compare_exchange(LOSE_COMMIT, OFF, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    pub(crate) fn hides_commit(&self) -> bool {
        self.armed.compare_exchange(HIDE_COMMIT, OFF, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}
