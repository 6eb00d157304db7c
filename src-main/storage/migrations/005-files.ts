/** What is known of uploaded files; the files themselves lie in `files/uploaded/`, named by their ids. */
export const files = `
CREATE TABLE file (
  id TEXT PRIMARY KEY,
  sealed_name BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  mime_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  -- Which API key it came with; NULL for what Bellhop wrote itself.
  key_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_expiry ON file (expires_at);
`;
