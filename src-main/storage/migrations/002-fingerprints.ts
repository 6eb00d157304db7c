/**
 * What was last told of each message and conversation, so that a change is seen: numbers and hashes only, never a
 * word. Those of a chat.db that was replaced are set aside until its rows are known again by their guids.
 */
export const fingerprints = `
CREATE TABLE message_print (
  row_id INTEGER PRIMARY KEY,
  guid INTEGER NOT NULL,
  state INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  content INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;
CREATE INDEX message_print_guid ON message_print (guid);
CREATE INDEX message_print_deleted ON message_print (row_id) WHERE (state & 128) <> 0;

CREATE TABLE message_print_set_aside (
  guid INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  content INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE conversation_print (id INTEGER PRIMARY KEY, print INTEGER NOT NULL) STRICT;
`;
