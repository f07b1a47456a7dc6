-- The first schema. Never edited once released: what changes comes as a new file.
-- Times are whole microseconds since 1970; ids are sixteen bytes; words are lower-case text.

CREATE TABLE vault (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    memory_kib INTEGER NOT NULL,
    iterations INTEGER NOT NULL,
    parallelism INTEGER NOT NULL,
    salt BLOB NOT NULL,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    canary_nonce BLOB NOT NULL,
    canary BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX vault_only_one ON vault ((1));

CREATE TABLE secret (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    purpose TEXT NOT NULL CHECK (purpose IN ('log_key', 'issuer_key', 'identity', 'totp')),
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (purpose, owner)
) STRICT;

CREATE TABLE issuer (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    status TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'retired')),
    kid TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    vendor TEXT,
    can_sign INTEGER NOT NULL CHECK (can_sign IN (0, 1)),
    status_url TEXT,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    CHECK (status <> 'active' OR can_sign = 1)
) STRICT;
CREATE UNIQUE INDEX issuer_one_active ON issuer (status) WHERE status = 'active';

CREATE TABLE identity (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    digest TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    regenerated_at INTEGER
) STRICT;

-- `replaces` is no foreign key: the license before may be deleted, the chain still names it.
CREATE TABLE license (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    issuer_id BLOB NOT NULL REFERENCES issuer (id),
    jti TEXT NOT NULL CHECK (jti <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    subject_signature INTEGER NOT NULL,
    audience TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'superseded', 'revoked')),
    origin TEXT NOT NULL CHECK (origin IN ('issued', 'imported')),
    not_before INTEGER,
    not_after INTEGER,
    features TEXT NOT NULL,
    limits TEXT NOT NULL,
    payload TEXT,
    bindings TEXT,
    identity_id BLOB REFERENCES identity (id),
    replaces BLOB,
    status_list TEXT,
    token TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (issuer_id, jti)
) STRICT;
-- Lists are ordered by id (the newest first), by expiry (the soonest first, perpetual last) or by start. Each index ends
-- in the subject and, before it, its signature: looking for a part of it compares few subjects, and reads no row that
-- does not match.
CREATE INDEX license_by_id ON license (id, subject_signature, subject);
CREATE INDEX license_by_status ON license (status, id, subject_signature, subject);
CREATE INDEX license_by_issuer ON license (issuer_id, status, id, subject_signature, subject);
CREATE INDEX license_by_expiry ON license (status, coalesce(not_after, 9223372036854775807), id, subject_signature, subject);
CREATE INDEX license_by_issuer_expiry ON license (issuer_id, status, coalesce(not_after, 9223372036854775807), id, subject_signature, subject);
CREATE INDEX license_by_start ON license (status, not_before, id, issuer_id, subject_signature, subject) WHERE not_before IS NOT NULL;
-- The last four bytes, backwards: an id is found by any number of its last digits.
CREATE INDEX license_by_tail ON license (substr(id, 16, 1), substr(id, 15, 1), substr(id, 14, 1), substr(id, 13, 1));
CREATE INDEX license_by_replaces ON license (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX license_by_identity ON license (identity_id) WHERE identity_id IS NOT NULL;

CREATE TABLE revocation (
    license_id BLOB NOT NULL PRIMARY KEY REFERENCES license (id),
    reason TEXT NOT NULL CHECK (reason IN ('key_compromise', 'refund', 'breach', 'superseded', 'cessation', 'other')),
    note TEXT,
    actor TEXT NOT NULL,
    revoked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revocation_by_time ON revocation (revoked_at, license_id);

CREATE TABLE status_list (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    issuer_id BLOB NOT NULL REFERENCES issuer (id),
    uri TEXT UNIQUE,
    capacity INTEGER NOT NULL CHECK (capacity > 0),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX status_list_by_issuer ON status_list (issuer_id, id);

-- No foreign key to the license: the entry is what stays when the license is deleted.
CREATE TABLE status_list_entry (
    license_id BLOB NOT NULL PRIMARY KEY CHECK (length(license_id) = 16),
    issuer_id BLOB NOT NULL REFERENCES issuer (id),
    jti TEXT NOT NULL,
    list_id BLOB REFERENCES status_list (id),
    position INTEGER,
    idx INTEGER,
    value INTEGER NOT NULL CHECK (value BETWEEN 0 AND 3),
    prior_value INTEGER CHECK (prior_value BETWEEN 0 AND 3),
    updated_at INTEGER NOT NULL,
    UNIQUE (issuer_id, jti),
    CHECK ((list_id IS NULL) = (position IS NULL) AND (list_id IS NULL) = (idx IS NULL))
) STRICT;
CREATE UNIQUE INDEX status_list_entry_position ON status_list_entry (list_id, position) WHERE list_id IS NOT NULL;
CREATE UNIQUE INDEX status_list_entry_index ON status_list_entry (list_id, idx) WHERE list_id IS NOT NULL;

CREATE TABLE probe_token (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    label TEXT NOT NULL CHECK (label <> ''),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    status TEXT NOT NULL CHECK (status IN ('pending', 'consumed', 'cancelled')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    closed_at INTEGER,
    result TEXT
) STRICT;

CREATE TABLE totp_secret (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    license_id BLOB NOT NULL UNIQUE REFERENCES license (id),
    digest TEXT NOT NULL,
    period_seconds INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The audit log. Its words have no CHECK: these tables can never be rebuilt, and a later version
-- must be able to write words that this one does not know.
CREATE TABLE audit_log (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    created_at INTEGER NOT NULL,
    encoding INTEGER NOT NULL,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32)
) STRICT;
CREATE UNIQUE INDEX audit_log_only_one ON audit_log ((1));

CREATE TABLE audit_key (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
    epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_entry (
    seq INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    id BLOB NOT NULL UNIQUE,
    transaction_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    outcome TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    target_kind TEXT,
    target_id TEXT,
    recorded_at INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    payload_hash BLOB NOT NULL,
    effects BLOB NOT NULL,
    key_id BLOB NOT NULL,
    previous_hash BLOB NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
-- Each of these ends in seq, the rowid, so a page newest first needs no sort.
CREATE INDEX audit_entry_by_kind ON audit_entry (kind);
CREATE INDEX audit_entry_by_actor ON audit_entry (actor);
CREATE INDEX audit_entry_by_actor_kind ON audit_entry (actor, kind);
CREATE INDEX audit_entry_by_target ON audit_entry (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX audit_entry_by_time ON audit_entry (recorded_at);

CREATE TABLE audit_payload (
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES audit_entry (seq),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    body BLOB NOT NULL
) STRICT;

-- A cache, never evidence for anything.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    hash BLOB NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_one_row BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log)
    BEGIN SELECT RAISE(ABORT, 'audit_log has one row'); END;
CREATE TRIGGER audit_key_no_update BEFORE UPDATE ON audit_key BEGIN SELECT RAISE(ABORT, 'audit_key is append-only'); END;
CREATE TRIGGER audit_key_no_delete BEFORE DELETE ON audit_key BEGIN SELECT RAISE(ABORT, 'audit_key is append-only'); END;
CREATE TRIGGER audit_key_no_replace BEFORE INSERT ON audit_key
    WHEN EXISTS (SELECT 1 FROM audit_key WHERE id = NEW.id OR public_key = NEW.public_key)
    BEGIN SELECT RAISE(ABORT, 'audit_key is append-only'); END;
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_no_gap BEFORE INSERT ON audit_entry
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry)
        OR EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM audit_entry WHERE previous_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_payload_no_update BEFORE UPDATE ON audit_payload BEGIN SELECT RAISE(ABORT, 'audit_payload is append-only'); END;
CREATE TRIGGER audit_payload_no_delete BEFORE DELETE ON audit_payload BEGIN SELECT RAISE(ABORT, 'audit_payload is append-only'); END;
CREATE TRIGGER audit_payload_no_replace BEFORE INSERT ON audit_payload
    WHEN EXISTS (SELECT 1 FROM audit_payload WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'audit_payload is append-only'); END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'audit_head stays'); END;
CREATE TRIGGER audit_head_no_replace BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head)
    BEGIN SELECT RAISE(ABORT, 'audit_head has one row'); END;
CREATE TRIGGER status_list_entry_no_delete BEFORE DELETE ON status_list_entry
    BEGIN SELECT RAISE(ABORT, 'a status list entry outlives its license'); END;

-- SQLite's truncating DELETE skips the update hook; a table with a trigger is never truncated.
CREATE TRIGGER vault_deleted AFTER DELETE ON vault BEGIN SELECT 1; END;
CREATE TRIGGER secret_deleted AFTER DELETE ON secret BEGIN SELECT 1; END;
CREATE TRIGGER issuer_deleted AFTER DELETE ON issuer BEGIN SELECT 1; END;
CREATE TRIGGER identity_deleted AFTER DELETE ON identity BEGIN SELECT 1; END;
CREATE TRIGGER license_deleted AFTER DELETE ON license BEGIN SELECT 1; END;
CREATE TRIGGER revocation_deleted AFTER DELETE ON revocation BEGIN SELECT 1; END;
CREATE TRIGGER status_list_deleted AFTER DELETE ON status_list BEGIN SELECT 1; END;
CREATE TRIGGER probe_token_deleted AFTER DELETE ON probe_token BEGIN SELECT 1; END;
CREATE TRIGGER totp_secret_deleted AFTER DELETE ON totp_secret BEGIN SELECT 1; END;
CREATE TRIGGER setting_deleted AFTER DELETE ON setting BEGIN SELECT 1; END;
