/**
 * What was last told of each message and conversation, so that a change is seen: numbers and hashes only, never a
 * word. A deleted message's guid is looked up among those that are no messages (bit 64 of `state`): a tapback that
 * is taken back is no deletion.
 */
export const fingerprints = `
CREATE TABLE message_print (
  row_id INTEGER PRIMARY KEY,
  guid INTEGER NOT NULL,
  state INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  content INTEGER NOT NULL
) STRICT;
CREATE INDEX message_print_no_message ON message_print (guid) WHERE (state & 64) <> 0;

CREATE TABLE conversation_print (id INTEGER PRIMARY KEY, print INTEGER NOT NULL) STRICT;
`;
