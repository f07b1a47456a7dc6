-- A witness that lost its memory comes back under its name with a new key, and a line that somebody made up must not
-- stand in the way of a true one: of one size and name there may be several lines, and only what a key signed counts.
CREATE TABLE cosignature_kept AS SELECT * FROM audit_cosignature;
DROP TABLE audit_cosignature;
CREATE TABLE audit_cosignature (
    size INTEGER NOT NULL REFERENCES audit_checkpoint (size),
    -- The name of the key that the line begins with.
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (size, witness, line)
) STRICT;
INSERT INTO audit_cosignature SELECT * FROM cosignature_kept;
DROP TABLE cosignature_kept;

CREATE TRIGGER audit_cosignature_no_update BEFORE UPDATE ON audit_cosignature BEGIN SELECT RAISE(ABORT, 'audit_cosignature is append-only'); END;
CREATE TRIGGER audit_cosignature_no_delete BEFORE DELETE ON audit_cosignature BEGIN SELECT RAISE(ABORT, 'audit_cosignature is append-only'); END;
CREATE TRIGGER audit_cosignature_no_replace BEFORE INSERT ON audit_cosignature
    WHEN EXISTS (SELECT 1 FROM audit_cosignature WHERE size = NEW.size AND witness = NEW.witness AND line = NEW.line)
    BEGIN SELECT RAISE(ABORT, 'audit_cosignature is append-only'); END;
