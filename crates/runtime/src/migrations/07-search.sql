-- What can be found: titles, sentences of notes, segments of transcripts. The number says what is shown first.
CREATE TABLE passages (
  number  INTEGER PRIMARY KEY,
  job     TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  kind    TEXT    NOT NULL,                  -- PassageKind::word()
  at_ms   INTEGER,
  speaker TEXT,
  text    TEXT    NOT NULL
) STRICT;
CREATE INDEX passages_by_job ON passages (job);

-- Their words, made by Terms: ASCII separates them, everything else belongs to them.
CREATE VIRTUAL TABLE passages_index USING fts5 (
  words, content = '', columnsize = 0, tokenize = 'ascii', prefix = '3'
);
-- What is deleted is taken out of the index at once, not only hidden.
INSERT INTO passages_index (passages_index, rank) VALUES ('secure-delete', 1);

-- Jobs whose passages are there, and by which version of Terms.
CREATE TABLE indexed (
  job     TEXT    NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  version INTEGER NOT NULL
) STRICT;
