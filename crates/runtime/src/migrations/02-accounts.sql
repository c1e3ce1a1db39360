-- Accounts of outside services, the first signed in first. Their tokens are in the keychain.
CREATE TABLE accounts (
  number  INTEGER PRIMARY KEY,
  service TEXT    NOT NULL,
  id      TEXT    NOT NULL,                  -- the service's own
  label   TEXT    NOT NULL,                  -- an address or a name, for people
  access  TEXT    NOT NULL,                  -- what the account lets Debrief see
  expired INTEGER NOT NULL,                  -- the service no longer takes its sign-in
  UNIQUE (service, id)
) STRICT;
