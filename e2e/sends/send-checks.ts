import { type Check, check } from "../faults/checks.ts";
import type { Item, ToldItem, ToldMessage } from "./outbox-pages.ts";
import type { Asked } from "./sending-client.ts";
import type { SentRow } from "./sent-rows.ts";

/** All that is known when everything has ended. */
export interface Outcome {
  asked: readonly Asked[];
  /** Whether a conversation, by its number in the plan, is the one with this id. */
  isTo(conversation: number, conversationId: string): boolean;
  /** In the order of acceptance. */
  items: readonly Item[];
  rows: readonly SentRow[];
  told: readonly ToldItem[];
  toldMessages: readonly ToldMessage[];
  /** Calls after which nobody can know what became of the message, and kills. */
  dark: number;
}

const GOOD = ["sent", "delivered", "read"];
const ENDED = [...GOOD, "failed", "unknown"];

/** What must hold at the end: of the answers, of chat.db, of the outbox and of what was told. */
export function sendChecks(outcome: Outcome): Check[] {
  return [...answerChecks(outcome), ...truthChecks(outcome), ...eventChecks(outcome)];
}

function answerChecks({ asked, items, isTo }: Outcome): Check[] {
  const known = new Map(items.map((item) => [item.id, item]));
  const ids = asked.flatMap(({ outboxId }) => outboxId ?? []);
  const mine = new Set(ids);
  return [
    check(
      "every send is accepted in the end",
      asked.filter(({ outboxId }) => outboxId === null).map(({ send, answers }) => words(send, answers)),
    ),
    check(
      "what was answered with 200 is known to the outbox, as it was asked for",
      asked.flatMap(({ send, outboxId, answers }) => {
        if (outboxId === null) return [];
        const item = known.get(outboxId);
        const isIt = item?.parts[0]?.text === send.text && isTo(send.to, item.conversation_id);
        return isIt ? [] : [words(send, answers)];
      }),
    ),
    check("a key stands for one item", twice(ids)),
    check(
      "an item that nobody was answered with surely did not leave",
      items.filter(({ id, state }) => !mine.has(id) && state !== "failed").map(wordsOf),
    ),
  ];
}

function truthChecks({ items, rows, dark, told }: Outcome): Check[] {
  const byGuid = new Map(rows.map((row) => [row.guid, row]));
  const claimed = items.flatMap(({ parts }) => parts.flatMap(({ message_guid: guid }) => guid ?? []));
  const isClaimed = new Set(claimed);
  const rowOf = (item: Item): SentRow | undefined => byGuid.get(item.parts[0]?.message_guid ?? "");
  const isOwn = (item: Item, row: SentRow | undefined): boolean =>
    row !== undefined && row.text === item.parts[0]?.text && row.chat === chatOf(item);
  const asOneWouldCount = (list: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  };
  const joined = rows.filter(({ chat }) => chat !== null);
  const wanted = asOneWouldCount(items.map((item) => `${chatOf(item)}: ${item.parts[0]?.text}`));
  const written = asOneWouldCount(joined.map(({ chat, text }) => `${chat}: ${text}`));
  const unknown = items.filter(({ state }) => state === "unknown");
  // What failed and was asked for once more goes behind what was accepted meanwhile.
  const again = new Set(told.filter(({ data }) => data.state === "queued").map(({ data }) => data.id));
  return [
    check("every item has ended", items.filter(({ state }) => !ENDED.includes(state)).map(wordsOf)),
    check(
      "nothing is sent twice",
      [...written].flatMap(([what, times]) =>
        times > (wanted.get(what) ?? 0) ? [`${what} (${times} rows, ${wanted.get(what) ?? 0} items)`] : [],
      ),
    ),
    check("a row is claimed once", twice(claimed)),
    check(
      "every row is known as an item's",
      joined
        .filter(({ guid }) => !isClaimed.has(guid))
        .map(({ chat, text, error }) => `${chat}: ${text} (${error})`),
    ),
    check(
      "what is called sent has its own row, which says so",
      items
        .filter((item) => GOOD.includes(item.state))
        .filter((item) => {
          const row = rowOf(item);
          return row === undefined || !isOwn(item, row) || !hasLeft(row);
        })
        .map(wordsOf),
    ),
    check(
      "what is called delivered or read is, and the other way round",
      items
        .filter(({ state }) => GOOD.includes(state))
        .filter((item) => {
          const row = rowOf(item);
          const state = row?.isRead ? "read" : row?.isDelivered ? "delivered" : "sent";
          return item.state !== state;
        })
        .map(wordsOf),
    ),
    check(
      "what failed has no row, or one with its error",
      items
        .filter(({ state }) => state === "failed")
        .filter((item) => {
          const row = rowOf(item);
          if (row === undefined) return item.parts[0]?.message_guid !== null;
          return (
            row.chat !== null &&
            (!isOwn(item, row) || row.error === 0 || row.error !== item.parts[0]?.error_code)
          );
        })
        .map(wordsOf),
    ),
    check(
      "what is unknown has no row",
      unknown.filter((item) => item.parts[0]?.message_guid !== null).map(wordsOf),
    ),
    check(
      `nothing is unknown without a reason (${unknown.length} of at most ${dark})`,
      unknown.length <= dark ? [] : unknown.map(wordsOf),
    ),
    check(
      "in the order of acceptance, in every conversation",
      outOfOrder(
        items.filter(({ id }) => !again.has(id)),
        rowOf,
      ),
    ),
  ];
}

function eventChecks({ items, told, toldMessages }: Outcome): Check[] {
  const byItem = Map.groupBy(told, ({ data }) => data.id);
  const ids = new Set(items.map(({ id }) => id));
  const itemOf = new Map(
    items.flatMap(({ id, parts }) => parts.map((part) => [part.message_guid, id] as const)),
  );
  return [
    check(
      "the last event of an item tells how it ended",
      items
        .filter((item) => {
          const last = byItem.get(item.id)?.at(-1)?.data;
          return last?.state !== item.state || last.code !== item.code || !sameParts(last, item);
        })
        .map(
          (item) =>
            `${wordsOf(item)}, told ${byItem.get(item.id)?.map(({ data }) => data.state) ?? "nothing"}`,
        ),
    ),
    check(
      "its revisions grow",
      [...byItem].flatMap(([id, events]) =>
        events.some(({ data }, at) => data.revision <= (events[at - 1]?.data.revision ?? 0)) ? [id] : [],
      ),
    ),
    check(
      "no event tells a text",
      told.filter(({ data }) => data.parts.some(({ text }) => text !== null)).map(({ data }) => data.id),
    ),
    check(
      "no event is of an item that was not accepted",
      [...byItem.keys()].filter((id) => !ids.has(id)),
    ),
    check(
      "a message says as which item it was sent",
      toldMessages
        .filter(({ data }) => itemOf.has(data.guid) && itemOf.get(data.guid) !== data.outbox_id)
        .map(({ data }) => `${data.guid} of ${itemOf.get(data.guid)} says ${data.outbox_id}`),
    ),
  ];
}

/** What arrived has arrived, whatever its row says later. */
const hasLeft = ({ isSent, isDelivered, error }: SentRow): boolean => isDelivered || (isSent && error === 0);

function sameParts(a: Item, b: Item): boolean {
  return a.parts.every((part, at) => {
    const other = b.parts[at];
    return part.state === other?.state && part.message_guid === other.message_guid;
  });
}

/** Of what has a row, in each conversation: an item that was accepted earlier has an earlier row. */
function outOfOrder(items: readonly Item[], rowOf: (item: Item) => SentRow | undefined): string[] {
  const last = new Map<string, number>();
  return items.flatMap((item) => {
    const row = rowOf(item);
    if (row === undefined) return [];
    const before = last.get(chatOf(item)) ?? 0;
    last.set(chatOf(item), Math.max(before, row.id));
    return row.id > before ? [] : [`${wordsOf(item)} as row ${row.id} after row ${before}`];
  });
}

/** The part of a conversation's id that every spelling shares. */
function chatOf({ conversation_id: id }: Item): string {
  return id.split(";").at(-1) ?? id;
}

function twice(all: readonly string[]): string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}

function words({ text }: Asked["send"], answers: readonly string[]): string {
  return `“${text}” (${answers.join(", ")})`;
}

function wordsOf({ id, state, code, parts }: Item): string {
  return `${id} “${parts[0]?.text}” (${state}${code === null ? "" : `, ${code}`})`;
}
