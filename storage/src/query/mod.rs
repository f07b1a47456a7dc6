//! Reading: every list pages by key, and every filter runs in SQL.
