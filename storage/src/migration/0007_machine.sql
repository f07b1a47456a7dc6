-- The machines that a license is bound to, as their fingerprints came: what a reissue makes new digests of.
CREATE TABLE machine (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    license_id BLOB NOT NULL REFERENCES license (id),
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 63),
    label TEXT CHECK (label <> ''),
    fingerprint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (license_id, position)
) STRICT;
CREATE TRIGGER machine_deleted AFTER DELETE ON machine BEGIN SELECT 1; END;
