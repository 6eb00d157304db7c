/** The keys of a message on the native API, in order. */
export const MESSAGE_KEYS = [
  "attachments",
  "body",
  "conversation_id",
  "guid",
  "id",
  "is_from_me",
  "sender",
  "status",
  "timestamp",
];
