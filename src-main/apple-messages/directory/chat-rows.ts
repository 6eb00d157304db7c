import type { Database } from "better-sqlite3";
import type { MessageFilter } from "../../../src-shared/domain/message.ts";
import { parseChatGuid } from "../chat-guid.ts";
import { columnOr, probeColumns } from "../columns.ts";
import { textOnly } from "../message-row.ts";
import type { Chat, Participant } from "./chat.ts";
import { withoutSuffix } from "./short-code.ts";

/** What Messages says about its chats. */
export interface ChatRows {
  chats: Chat[];
  /** `chat_lookup` (macOS 26 and later): chats with the same identifier are one conversation. */
  lookups: { identifier: string; chat: number }[];
}

interface ChatRow {
  row_id: number;
  guid: string;
  style: number | null;
  name: string | null;
  service: string | null;
  account: string | null;
  line: string | null;
  archived: number | null;
  filtered: number | null;
  blackholed: number | null;
}

type ParticipantRow = [chat: number, address: string, uncanonical: string | null, person: string | null];

/** `chat.style` of a group. */
const GROUP = 43;

/** All chats at once, and whether that is worth while. */
export interface ChatReader {
  /** Some 5 ms for two thousand. */
  read(): ChatRows;
  /** A text that is another one when a chat has changed; a fifth of the time. Handles are not looked at. */
  signature(): string;
}

/** Prepares reading all chats. */
export function prepareChatRows(database: Database): ChatReader {
  const columns = probeColumns(database, "chat");
  const or = (name: string): string => columnOr(columns, "c", name, "NULL");
  const text = (name: string): string => (columns.has(name) ? textOnly(`c.${name}`) : "NULL");
  const chats = database.prepare<[], ChatRow>(
    `SELECT c.ROWID AS row_id, c.guid, ${or("style")} AS style, ${text("display_name")} AS name,
       ${text("service_name")} AS service, ${text("account_login")} AS account,
       ${text("last_addressed_handle")} AS line, ${or("is_archived")} AS archived,
       ${or("is_filtered")} AS filtered, ${or("is_blackholed")} AS blackholed
     FROM chat c WHERE typeof(c.guid) = 'text' ORDER BY c.ROWID`,
  );
  const person = probeColumns(database, "handle").has("person_centric_id")
    ? textOnly("h.person_centric_id")
    : "NULL";
  const participants = database
    .prepare<[], ParticipantRow>(
      `SELECT j.chat_id, h.id, ${textOnly("h.uncanonicalized_id")}, ${person}
       FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id
       WHERE typeof(h.id) = 'text' ORDER BY h.ROWID`,
    )
    .raw();
  const services = probeColumns(database, "chat_service").has("service")
    ? database.prepare<[], { chat: number; service: string }>(
        "SELECT chat, service FROM chat_service WHERE typeof(service) = 'text'",
      )
    : null;
  const lookups = probeColumns(database, "chat_lookup").has("identifier")
    ? database.prepare<[], { identifier: string; chat: number }>(
        // An empty identifier names nobody: strangers would have it in common.
        "SELECT identifier, chat FROM chat_lookup WHERE typeof(identifier) = 'text' AND trim(identifier) <> ''",
      )
    : null;

  const signature = database
    .prepare<[], string>(`SELECT ${signatures(services !== null, lookups !== null, or)}`)
    .pluck();
  // One transaction, so that all of it is of one moment.
  const read = database.transaction((): ChatRows => {
    const people = new Map<number, Participant[]>();
    for (const row of participants.all()) listIn(people, row[0]).push(toParticipant(row));
    const linked = new Map<number, string[]>();
    for (const { chat, service } of services?.all() ?? []) listIn(linked, chat).push(service);
    return {
      chats: chats
        .all()
        .map((row) => toChat(row, people.get(row.row_id) ?? [], linked.get(row.row_id) ?? [])),
      lookups: lookups?.all() ?? [],
    };
  });
  return { read, signature: () => signature.get() ?? "" };
}

/**
 * SQL for one text out of everything above, put together in SQLite: far cheaper than thousands of rows. Controls
 * stand between the values, so that what moves from one of them to the next shows.
 */
function signatures(hasServices: boolean, hasLookups: boolean, or: (name: string) => string): string {
  const names = ["style", "display_name", "service_name", "account_login", "last_addressed_handle"];
  const flags = ["is_archived", "is_filtered", "is_blackholed"];
  const fields = [...names, ...flags].map(or);
  const every = (values: readonly string[], table: string): string => {
    // A NULL would leave the whole row out.
    const row = values.map((value) => `COALESCE(${value}, '')`).join(" || char(31) || ");
    return `COALESCE((SELECT group_concat(${row}, char(30)) FROM ${table}), '')`;
  };
  return [
    every(["c.ROWID", "c.guid", ...fields], "chat c"),
    every(["chat_id", "handle_id"], "chat_handle_join"),
    hasServices ? every(["chat", "service"], "chat_service") : "''",
    hasLookups ? every(["chat", "identifier"], "chat_lookup") : "''",
  ].join(" || char(29) || ");
}

function toChat(row: ChatRow, participants: readonly Participant[], linked: readonly string[]): Chat {
  const parts = parseChatGuid(row.guid);
  const isGroup = row.style === GROUP || parts?.separator === "+";
  const addressee = parts === null || isGroup ? [] : [addressed(parts.identifier, null)];
  return {
    rowId: row.row_id,
    guid: row.guid,
    prefix: parts?.service ?? "",
    key: parts === null ? row.guid : `${parts.separator};${parts.identifier}`,
    name: row.name || null,
    isGroup,
    services: servicesOf([...linked, row.service ?? ""], parts?.service ?? ""),
    line: bareLine(row.line) ?? bareLine(row.account),
    isArchived: row.archived === 1,
    filter: filterOf(row),
    // Messages forgets who is in a chat sooner than whom it is with.
    participants: participants.length > 0 ? participants : addressee,
  };
}

/** What Messages says; the guid's prefix only where it says nothing, and never `any`, which is none. */
function servicesOf(said: readonly string[], prefix: string): string[] {
  const known = said.filter((service) => service !== "").map(serviceName);
  if (known.length === 0 && prefix !== "" && prefix !== "any") return [serviceName(prefix)];
  return [...new Set(known)];
}

/** A service as Bellhop names it: Messages writes both `RCS` and `rcs`. */
export function serviceName(service: string): string {
  return service === "rcs" ? "RCS" : service;
}

/**
 * A line without the `E:` (an address) or `P:` (a phone) that `account_login` and `account` put before it; null
 * for none.
 */
export function bareLine(text: string | null): string | null {
  return text?.replace(/^[EP]:/, "") || null;
}

/** `is_filtered`: 0 the main list, 1 unknown senders, 2 junk; above that are categories that a filter app chose. */
function filterOf({ filtered, blackholed }: ChatRow): MessageFilter {
  if (blackholed === 1) return "dropped";
  if (filtered === 2) return "junk";
  return (filtered ?? 0) > 0 ? "unknown_sender" : "none";
}

function toParticipant([, address, uncanonical, person]: ParticipantRow): Participant {
  // The spelling before canonicalisation has no suffix, where there is one.
  return addressed(address.includes("(") && uncanonical ? uncanonical : address, person || null);
}

const addressed = (address: string, person: string | null): Participant => ({
  address: withoutSuffix(address),
  person,
});

function listIn<T>(lists: Map<number, T[]>, key: number): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
