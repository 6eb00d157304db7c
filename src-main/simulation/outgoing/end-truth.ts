import type { OutboxState, SentItem } from "../../../src-shared/domain/outbox.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import type { OutboxItem, OutboxPart } from "../../sending/outbox/outbox-item.ts";
import type { Written } from "../truth.ts";
import { type Attempt, contentAt, type Order, wordsOf } from "./order.ts";
import { rowsOf, untruth } from "./part-truth.ts";

/** What the end is held against. */
export interface EndOptions {
  orders: readonly Order[];
  attempts: readonly Attempt[];
  outbox: Outbox;
  /** The events that told of an item, in order. */
  toldOf(id: string): readonly SentItem[];
  /** The clock was set, or chat.db was replaced: what did not find its row has an excuse. */
  isExcused: boolean;
  happened(what: string): void;
}

const GOOD: readonly OutboxState[] = ["sent", "delivered", "read"];
const ENDED: readonly OutboxState[] = [...GOOD, "failed", "unknown", "dry_run"];
/** Of all parts that count the worst or least. */
const ORDER: readonly OutboxState[] = [
  "unknown",
  "failed",
  "dispatching",
  "queued",
  "sent",
  "delivered",
  "read",
  "dry_run",
];

/** What is wrong with what has become of the orders, when all is calm. */
export function wrongAtTheEnd(options: EndOptions): string[] {
  const { orders, outbox } = options;
  const wrong: string[] = [];
  const claims = new Map<string, string>();
  let surelyCounted = 0;
  let mayCount = 0;
  for (const order of orders) {
    const item = outbox.get(order.id);
    if (item === null) {
      if (order.isAccepted || order.attempts.length > 0)
        wrong.push(`${order.number}. was accepted, and is forgotten`);
      continue;
    }
    if (!order.request.isDryRun) mayCount += 1;
    if (order.attempts.some(({ isTaken }) => isTaken)) surelyCounted += 1;
    wrong.push(...wrongWithItem(order, item, options));
    for (const { position, messageGuid } of item.parts) {
      if (messageGuid === null) continue;
      const mine = wordsOf(order, position);
      const theirs = claims.get(messageGuid);
      if (theirs !== undefined) wrong.push(`${mine} and ${theirs} both claim ${messageGuid}`);
      claims.set(messageGuid, mine);
      if (outbox.itemOf(messageGuid) !== order.id)
        wrong.push(`${messageGuid} is of ${outbox.itemOf(messageGuid)}, and not of ${order.id}`);
    }
  }
  const { count } = outbox.accepted(0, null);
  if (count < surelyCounted || count > mayCount)
    wrong.push(`${count} count as accepted, of between ${surelyCounted} and ${mayCount}`);
  const known = new Set(orders.map(({ id }) => id));
  for (const { id } of outbox.list({ limit: 200 }))
    if (!known.has(id)) wrong.push(`${id} was never accepted`);
  return wrong;
}

function wrongWithItem(order: Order, item: OutboxItem, options: EndOptions): string[] {
  const wrong: string[] = [];
  const rows = rowsOf(options.attempts);
  const say = (what: string): void => void wrong.push(`${order.number}. ${what}; ${wordsOfItem(item)}`);
  for (const part of item.parts) {
    const words = wordsOf(order, part.position);
    const claimed = part.messageGuid === null ? undefined : rows.get(part.messageGuid)?.row;
    if (part.content !== contentAt(order, part.position)) say(`${words} holds “${part.content}”`);
    const lie = untruth(order, part.position, part, rows);
    if (lie !== null) say(`${words} ${lie}`);
    if (!ENDED.includes(part.state) && !isUndecided(claimed)) say(`${words} has not ended`);
    if (order.request.isDryRun && part.state !== "dry_run" && part.state !== "failed")
      say(`${words} is a dry run, and ${part.state}`);
    const known = claimed === undefined ? null : progressOf(claimed);
    if (known !== null && known !== part.state) say(`${words} is ${part.state}, and its row says ${known}`);
    if (part.state === "unknown" && !options.isExcused && hasGoodRow(order, part, options))
      say(`${words} is unknown, though its row is there`);
    options.happened(`part ended: ${part.state}`);
    const isLost = part.state === "failed" && order.attempts.some(({ isGhost }) => isGhost);
    if (isLost && part.messageGuid === null && part.mayHaveLeft) options.happened("failed by an empty row");
    if (part.retriedAs !== null) {
      options.happened("part superseded");
      if (GOOD.includes(part.state)) options.happened("part superseded, and sent after all");
      if (order.retries === 0) say(`${words} is superseded, and nobody asked for that`);
      if (item.parts[part.retriedAs]?.content !== part.content) say(`${words} is repeated as something else`);
    }
  }
  const states = item.parts.filter(({ retriedAs }) => retriedAs === null).map(({ state }) => state);
  const together = ORDER.find((state) => states.includes(state));
  if (together !== item.state) say(`it should be ${together}`);
  wrong.push(...wrongWithTelling(order, item, options.toldOf(order.id)));
  return wrong;
}

/** What its events came to. */
function wrongWithTelling(order: Order, item: OutboxItem, told: readonly SentItem[]): string[] {
  const last = told.at(-1);
  const heard = told.map(({ state, revision }) => `${state} (${revision})`).join(", ") || "nothing";
  const wrong = (what: string): string[] => [`${order.number}. ${what}; told ${heard}; ${wordsOfItem(item)}`];
  if (told.some(({ revision }, at) => revision <= (told[at - 1]?.revision ?? -1)))
    return wrong("revisions do not grow");
  if (last === undefined) return ENDED.includes(item.state) ? wrong("was told nothing") : [];
  if (last.state !== item.state && ENDED.includes(item.state)) return wrong("was last told otherwise");
  if (last.revision > item.revision) return wrong("was told more than there is");
  if (told.some(({ parts }) => parts.some(({ text }) => text !== null)))
    return wrong("was told with its text");
  const [part, ...others] = item.parts;
  const isSame = last.parts[0]?.state === part?.state && last.parts[0]?.messageGuid === part?.messageGuid;
  if (others.length === 0 && ENDED.includes(item.state) && !isSame && item.state !== "unknown")
    return wrong("was last told of another row");
  return [];
}

/** How far its row has come, where the feed must have told; null where nobody can say. */
function progressOf(row: Written): OutboxState | null {
  if (
    row.isGone ||
    row.isDoubtful ||
    row.isLaterDoubtful ||
    row.isFrozen ||
    row.deleted !== "no" ||
    row.wasDeleted
  )
    return null;
  if (row.read) return "read";
  if (row.delivered) return "delivered";
  if (row.failed) return "failed";
  return row.sent ? "sent" : null;
}

/** A row of an older chat.db is awaited for a day. */
function isUndecided(row: Written | undefined): boolean {
  return row?.isFrozen === true && !row.isGone;
}

/** It has a row that nobody could take for another one's, and that is there unchanged. */
function hasGoodRow(
  order: Order,
  { position, content, dispatchedAt }: OutboxPart,
  { orders, attempts }: EndOptions,
): boolean {
  const attempt = attempts.find(
    (one) => one.order === order && one.position === position && one.dispatch === String(dispatchedAt),
  );
  const row = attempt?.row ?? null;
  if (row === null || row.isGone || row.edits > 0 || row.unsent || row.wasDeleted || row.deleted !== "no")
    return false;
  if (row.isDoubtful || row.isLaterDoubtful) return false;
  const isAlone = orders.every((other) => {
    if (other.lane !== order.lane) return true;
    return other.request.parts.every(
      (part, at) => part.content !== content || (other === order && at === position),
    );
  });
  return isAlone && order.retries === 0;
}

function wordsOfItem({ id, state, revision, parts }: OutboxItem): string {
  const all = parts.map(({ state, fault, messageGuid, retriedAs }) =>
    [state, fault, messageGuid?.slice(0, 8), retriedAs === null ? null : `→ ${retriedAs}`]
      .filter(Boolean)
      .join(" "),
  );
  return `${id} is ${state} (${revision}): ${all.join("; ")}`;
}
