-- Whether chats and lists of those who were there are attached to the recordings that they lie beside.
ALTER TABLE watched_folders ADD COLUMN companions INTEGER NOT NULL DEFAULT 1;
