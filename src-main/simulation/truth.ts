import type { EventType } from "../../src-shared/domain/event.ts";

/** What has really happened to a message or a tapback, whoever was told of it. */
export interface Written {
  guid: string;
  id: number;
  kind: "message" | "reaction" | "removal";
  own: boolean;
  /** Of a tapback: on which message, and whose. */
  on: { target: string; by: string } | null;
  /** Its date, by the clock it was written under. */
  at: number;
  sent: boolean;
  delivered: boolean;
  read: boolean;
  failed: boolean;
  /** It had failed, and was sent again from Messages' own window. */
  wasFailed: boolean;
  /** It holds a file and no text. */
  isFile: boolean;
  edits: number;
  lastEditAt: number;
  unsent: boolean;
  /** In Recently Deleted, or gone. */
  deleted: "no" | "for now" | "for good";
  /** It has been in Recently Deleted at some time. */
  wasDeleted: boolean;
  /** Not there any more, without having been deleted: its chat.db was replaced, or its tapback by another one. */
  isGone: boolean;
  /** Its chat.db is an older one, in which it may stand otherwise: nothing more is done to it. */
  isFrozen: boolean;
  /** Nobody can say whether it must be told: the clock or chat.db was another one before it was. */
  isDoubtful: boolean;
  /** The same of what became of it. */
  isLaterDoubtful: boolean;
  /** What must have been told since it was known. */
  owed: Set<EventType>;
}

/** What is written of a new row. */
export function written(fields: Pick<Written, "guid" | "id" | "kind" | "own" | "at">): Written {
  return {
    sent: false,
    delivered: false,
    read: false,
    failed: false,
    wasFailed: false,
    isFile: false,
    edits: 0,
    lastEditAt: 0,
    unsent: false,
    deleted: "no",
    wasDeleted: false,
    isGone: false,
    on: null,
    isFrozen: false,
    isDoubtful: false,
    isLaterDoubtful: false,
    owed: new Set(),
    ...fields,
  };
}

const AT_MOST_ONCE: ReadonlySet<EventType> = new Set<EventType>([
  "message.received",
  "message.sent",
  "message.delivered",
  "message.read",
  "reaction.added",
  "reaction.removed",
]);
const FIRST: ReadonlySet<EventType> = new Set<EventType>([
  "message.received",
  "message.sent",
  "message.failed",
  "reaction.added",
  "reaction.removed",
]);

/** What is wrong with what was told of a row, in the order of its telling; empty when nothing is. */
export function wrongWith(row: Written, told: readonly EventType[]): string[] {
  const wrong: string[] = [];
  const must = (type: EventType): void => {
    if (!told.includes(type)) wrong.push(`${type} was never told`);
  };
  const never = (type: EventType, unless: boolean): void => {
    if (!unless && told.includes(type)) wrong.push(`${type} was told, and did not happen`);
  };
  for (const type of new Set(told)) {
    const times = told.filter((one) => one === type).length;
    if (AT_MOST_ONCE.has(type) && times > 1 && !row.isFrozen) wrong.push(`${type} was told ${times} times`);
  }
  never("message.received", !row.own && row.kind === "message");
  never("message.sent", row.own && row.sent);
  never("message.delivered", row.own && row.delivered);
  never("message.failed", row.failed || row.wasFailed);
  never("message.read", row.read);
  never("message.unsent", row.unsent);
  never("message.edited", row.edits > 0);
  never("message.deleted", row.wasDeleted || row.deleted !== "no");
  never("reaction.added", row.kind === "reaction");
  never("reaction.removed", row.kind === "removal");
  const [first] = told;
  if (first !== undefined && !FIRST.has(first) && !row.isDoubtful) wrong.push(`${first} was told first`);
  if (row.isGone || row.isDoubtful) return wrong;
  const isThere = row.deleted === "no";
  if (row.kind === "reaction" && isThere) must("reaction.added");
  if (row.kind === "removal" && isThere) must("reaction.removed");
  if (row.kind !== "message") return wrong;
  if (!row.own && isThere) must("message.received");
  if (row.isLaterDoubtful) return wrong;
  if (row.own && isThere && row.sent && !row.failed) must("message.sent");
  if (row.own && isThere && row.delivered) must("message.delivered");
  if (row.own && isThere && row.read) must("message.read");
  if (isThere && row.failed) must("message.failed");
  if (!isThere && told.length > 0) must("message.deleted");
  for (const type of row.owed) if (isThere) must(type);
  return wrong;
}
