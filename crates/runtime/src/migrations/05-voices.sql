-- How people sound whom somebody named and had remembered. They never leave this machine.
CREATE TABLE voices (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL,               -- several voices may have one name
  method     TEXT    NOT NULL,               -- voices of one method can be compared
  print      TEXT    NOT NULL,               -- its numbers
  heard_ms   INTEGER NOT NULL,
  job        TEXT    NOT NULL,               -- where it was heard; the job may have been removed since
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX voices_by_name ON voices (name);
