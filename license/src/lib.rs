//! The license document: its format, its signature and its verification offline.
