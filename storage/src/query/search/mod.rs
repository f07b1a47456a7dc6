//! Searching the log: conditions become walks along indexes, and rows are checked as they are in the log.

mod condition;
mod fits;
mod words;

pub use condition::{Bound, Column, Condition, Fit, MemberFit, TextFit};
pub use words::{distance, words};
