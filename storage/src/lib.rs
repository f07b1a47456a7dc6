//! Tables, migrations and audited transactions: the only crate that knows SQL.
