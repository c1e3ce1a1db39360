-- Calls of services that cost, or may cost, money. They stay when their job is removed: a month's sum must not shrink.
CREATE TABLE expenses (
  job           TEXT    NOT NULL,
  at            INTEGER NOT NULL,            -- milliseconds since 1970
  provider      TEXT    NOT NULL,
  model         TEXT    NOT NULL,
  input_tokens  INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  audio_ms      INTEGER NOT NULL,
  usd           REAL                         -- NULL where no price is known
) STRICT;
CREATE INDEX expenses_by_time ON expenses (at);
CREATE INDEX expenses_by_job ON expenses (job);
