-- Folders whose new recordings become jobs by themselves.
CREATE TABLE watched_folders (
  number  INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,              -- UUID
  place   TEXT NOT NULL,                     -- WatchedPlace
  name    TEXT NOT NULL,
  cursor  TEXT,                              -- every change up to here was handled
  problem TEXT                               -- Failure: why it can't be watched now
) STRICT;

-- What is known of the files in them; one that isn't here is new.
CREATE TABLE watched_files (
  folder TEXT    NOT NULL REFERENCES watched_folders (id) ON DELETE CASCADE,
  file   TEXT    NOT NULL,                   -- an id or an absolute path
  state  TEXT    NOT NULL,                   -- 'before', 'growing' or 'taken'
  key    TEXT,                               -- growing: what its service wants besides the id
  looks  TEXT,                               -- growing: how it looked last
  since  INTEGER,                            -- growing: since when it looks like that
  job    TEXT,                               -- taken: the job, which may have been removed since
  PRIMARY KEY (folder, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_files_by_file ON watched_files (file);
