-- What is done of an unfinished stage that has many parts.
CREATE TABLE parts (
  job    TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  stage  TEXT    NOT NULL,
  number INTEGER NOT NULL,
  part   TEXT    NOT NULL,
  PRIMARY KEY (job, stage, number)
) STRICT;
