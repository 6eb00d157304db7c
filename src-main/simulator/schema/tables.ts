import type { Macos } from "../macos.ts";
import { ATTACHMENT_COLUMNS, CHAT_COLUMNS, type Column, MESSAGE_COLUMNS } from "./columns.ts";

/** One table: its columns and what follows them. */
export interface Table {
  name: string;
  columns: readonly Column[];
  constraints?: readonly string[];
  since?: Macos;
}

const ROW_ID: Column = { name: "ROWID", declaration: "INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE" };
const GUID: Column = { name: "guid", declaration: "TEXT NOT NULL" };
const RECORD_ID: Column = { name: "recordID", declaration: "TEXT" };

function reference(name: string, table: string): Column {
  return { name, declaration: `INTEGER REFERENCES ${table} (ROWID) ON DELETE CASCADE` };
}

const OF_CHAT = reference("chat_id", "chat");
const OF_MESSAGE = reference("message_id", "message");
const LINKED_CHAT: Column = {
  name: "chat",
  declaration: "INTEGER NOT NULL REFERENCES chat(ROWID) ON UPDATE CASCADE ON DELETE CASCADE",
};

/** Every table of chat.db. */
export const TABLES: readonly Table[] = [
  {
    name: "_SqliteDatabaseProperties",
    columns: [
      { name: "key", declaration: "TEXT" },
      { name: "value", declaration: "TEXT" },
    ],
    constraints: ["UNIQUE(key)"],
  },
  { name: "deleted_messages", columns: [ROW_ID, GUID] },
  {
    name: "handle",
    columns: [
      ROW_ID,
      { name: "id", declaration: "TEXT NOT NULL" },
      { name: "country", declaration: "TEXT" },
      { name: "service", declaration: "TEXT NOT NULL" },
      { name: "uncanonicalized_id", declaration: "TEXT" },
      { name: "person_centric_id", declaration: "TEXT" },
    ],
    constraints: ["UNIQUE (id, service)"],
  },
  { name: "message", columns: MESSAGE_COLUMNS },
  { name: "chat", columns: CHAT_COLUMNS },
  { name: "attachment", columns: ATTACHMENT_COLUMNS },
  {
    name: "chat_handle_join",
    columns: [OF_CHAT, reference("handle_id", "handle")],
    constraints: ["UNIQUE(chat_id, handle_id)"],
  },
  {
    name: "chat_message_join",
    columns: [
      OF_CHAT,
      OF_MESSAGE,
      { name: "message_date", declaration: "INTEGER DEFAULT 0" },
      { name: "index_state", declaration: "INTEGER NOT NULL DEFAULT 0", since: 26 },
      { name: "filter_action", declaration: "INTEGER NOT NULL DEFAULT 0", since: 27 },
      { name: "filter_sub_action", declaration: "INTEGER NOT NULL DEFAULT 0", since: 27 },
    ],
    constraints: ["PRIMARY KEY (chat_id, message_id)"],
  },
  {
    name: "message_attachment_join",
    columns: [OF_MESSAGE, reference("attachment_id", "attachment")],
    constraints: ["UNIQUE(message_id, attachment_id)"],
  },
  {
    name: "chat_recoverable_message_join",
    since: 13,
    columns: [
      OF_CHAT,
      OF_MESSAGE,
      { name: "delete_date", declaration: "INTEGER" },
      { name: "ck_sync_state", declaration: "INTEGER DEFAULT 0" },
    ],
    constraints: ["PRIMARY KEY (chat_id, message_id)", "CHECK (delete_date != 0)"],
  },
  {
    name: "recoverable_message_part",
    since: 13,
    columns: [
      OF_CHAT,
      OF_MESSAGE,
      { name: "part_index", declaration: "INTEGER" },
      { name: "delete_date", declaration: "INTEGER" },
      { name: "part_text", declaration: "BLOB NOT NULL" },
      { name: "ck_sync_state", declaration: "INTEGER DEFAULT 0" },
    ],
    constraints: ["PRIMARY KEY (chat_id, message_id, part_index)", "CHECK (delete_date != 0)"],
  },
  {
    name: "unsynced_removed_recoverable_messages",
    since: 13,
    columns: [
      ROW_ID,
      { name: "chat_guid", declaration: "TEXT NOT NULL" },
      { name: "message_guid", declaration: "TEXT NOT NULL" },
      { name: "part_index", declaration: "INTEGER" },
    ],
  },
  {
    name: "kvtable",
    columns: [
      ROW_ID,
      { name: "key", declaration: "TEXT UNIQUE NOT NULL" },
      { name: "value", declaration: "BLOB NOT NULL" },
    ],
  },
  {
    name: "message_processing_task",
    columns: [ROW_ID, GUID, { name: "task_flags", declaration: "INTEGER NOT NULL" }],
  },
  { name: "sync_deleted_messages", columns: [ROW_ID, GUID, RECORD_ID] },
  {
    name: "sync_deleted_chats",
    columns: [ROW_ID, GUID, RECORD_ID, { name: "timestamp", declaration: "INTEGER" }],
  },
  { name: "sync_deleted_attachments", columns: [ROW_ID, GUID, RECORD_ID] },
  { name: "scheduled_messages_pending_cloudkit_delete", since: 15, columns: [ROW_ID, GUID, RECORD_ID] },
  {
    name: "chat_lookup",
    since: 26,
    columns: [
      { name: "identifier", declaration: "TEXT NOT NULL" },
      { name: "domain", declaration: "TEXT NOT NULL" },
      LINKED_CHAT,
      { name: "priority", declaration: "INTEGER DEFAULT 0" },
    ],
    constraints: ["UNIQUE (identifier, domain)"],
  },
  {
    name: "chat_service",
    since: 26,
    columns: [{ name: "service", declaration: "TEXT NOT NULL" }, LINKED_CHAT],
    constraints: ["UNIQUE (service, chat)"],
  },
];
