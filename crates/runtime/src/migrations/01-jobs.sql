-- Times are milliseconds since 1970, UTC. `revision` grows with every change of any job.
CREATE TABLE pool (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  revision INTEGER NOT NULL,
  paused   INTEGER NOT NULL
) STRICT;
INSERT INTO pool VALUES (1, 0, 0);

CREATE TABLE jobs (
  number     INTEGER PRIMARY KEY,            -- the place in the queue
  id         TEXT    NOT NULL UNIQUE,        -- UUID
  request    TEXT    NOT NULL,               -- SubmitJob
  state      TEXT    NOT NULL,               -- JobStatus::word()
  status     TEXT    NOT NULL,               -- JobStatus
  run        INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  percent    INTEGER NOT NULL,               -- reached in this run
  result     TEXT,                           -- JobResult
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision   INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_by_revision ON jobs (revision);

-- The outputs of finished stages. A stale one is kept, to be read, until its stage has run again.
CREATE TABLE checkpoints (
  job      TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  stage    TEXT    NOT NULL,                 -- Stage::word()
  version  INTEGER NOT NULL,                 -- Checkpoint::VERSION
  output   TEXT    NOT NULL,
  warnings TEXT    NOT NULL,                 -- [Warning]
  took_ms  INTEGER NOT NULL,
  stale    INTEGER NOT NULL,
  PRIMARY KEY (job, stage)
) STRICT;

-- Where an unfinished stage resumes.
CREATE TABLE bookmarks (
  job      TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  stage    TEXT NOT NULL,
  bookmark TEXT NOT NULL,
  PRIMARY KEY (job, stage)
) STRICT, WITHOUT ROWID;

-- What happened to a job, in order; for the details that a person copies.
CREATE TABLE history (
  number INTEGER PRIMARY KEY,
  job    TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  at     INTEGER NOT NULL,
  what   TEXT    NOT NULL
) STRICT;
CREATE INDEX history_by_job ON history (job, number);

-- So that another process learns of a job that has gone.
CREATE TABLE removed (
  revision INTEGER PRIMARY KEY,
  id       TEXT NOT NULL
) STRICT;
