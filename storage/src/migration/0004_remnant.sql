-- What a published status list said of indices that a restored database knows nothing of.
CREATE TABLE status_list_remnant (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    list_id BLOB NOT NULL REFERENCES status_list (id),
    idx INTEGER NOT NULL,
    value INTEGER NOT NULL CHECK (value BETWEEN 1 AND 3),
    created_at INTEGER NOT NULL,
    UNIQUE (list_id, idx)
) STRICT;
CREATE TRIGGER status_list_remnant_no_delete BEFORE DELETE ON status_list_remnant
    BEGIN SELECT RAISE(ABORT, 'what a published list said stays'); END;
