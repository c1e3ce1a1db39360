-- What people corrected, apart from what the stages made.
CREATE TABLE edits (
  job        TEXT    NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  edits      TEXT    NOT NULL,               -- Edits
  number     INTEGER NOT NULL,               -- grows with every correction, names of speakers among them
  on_page    INTEGER NOT NULL,               -- the number that the page was written with
  unfit      INTEGER NOT NULL,               -- corrections that don't fit what was made last
  changed_at INTEGER NOT NULL
) STRICT;
