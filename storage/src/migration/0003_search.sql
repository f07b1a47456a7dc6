-- The index of words: derived from the entries, behind them by some, and never evidence. Whatever is found through it
-- is read from `audit_entry`; it can be thrown away and built again.

-- What goes in is cut into words before (storage/src/query/search/words.rs); `ascii` leaves such words as they are.
CREATE VIRTUAL TABLE audit_search USING fts5(words, content = '', columnsize = 0, detail = 'none', tokenize = 'ascii');

-- Words of letters only, once each: where a misspelt word looks for its neighbours.
CREATE TABLE audit_search_word (word TEXT NOT NULL PRIMARY KEY) STRICT;

-- How far the index reaches, the hash of the entry there, and the rules that words were cut by.
CREATE TABLE audit_search_cursor (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    hash BLOB NOT NULL,
    rules TEXT NOT NULL
) STRICT;

-- What is seldom, and asked for because it is: an ordinary event writes nothing here.
CREATE INDEX audit_entry_by_severity ON audit_entry (severity) WHERE severity NOT IN ('info', 'debug');
CREATE INDEX audit_entry_by_outcome ON audit_entry (outcome) WHERE outcome <> 'success';
CREATE INDEX audit_entry_by_actor_kind_seldom ON audit_entry (actor_kind) WHERE actor_kind <> 'user';
