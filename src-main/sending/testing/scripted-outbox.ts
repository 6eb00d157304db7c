import { chatKey } from "../../apple-messages/chat-guid.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Database } from "../../storage/database.ts";
import { sampleOutboxItem, sampleOutboxPart } from "../../testing/sample-outbox-part.ts";
import type { Outbox, SendRequest } from "../outbox/outbox.ts";
import { isUnderWay, type OutboxItem } from "../outbox/outbox-item.ts";

/** What becomes of an item by the time its sender stops waiting. */
export type Ending = (item: OutboxItem) => OutboxItem | Promise<OutboxItem>;

/** An outbox that keeps its items in bellhop.db and gives them to nobody: the test says what becomes of them. */
export interface ScriptedOutbox
  extends Pick<Outbox, "accept" | "wait" | "get" | "retry" | "accepted" | "dispatched"> {
  requests: SendRequest[];
  /** The items that were retried. */
  retried: string[];
  /** From now on every item that is under way ends so once somebody waits for it. */
  ends(ending: Ending): void;
  /** What becomes of an item by itself, or by a person. */
  becomes(id: string, ending: Ending): Promise<void>;
  /** It is given to Messages now, and takes it. */
  gives(id: string): void;
}

/** Opens it on a database; what an earlier one accepted there still counts. */
export function scriptedOutbox(database: Database, clock: Clock): ScriptedOutbox {
  const requests: SendRequest[] = [];
  const retried: string[] = [];
  const given: { at: number; chat: string }[] = [];
  const items = new Map<string, OutboxItem>();
  let ending: Ending = sent;
  const add = database.prepare(
    `INSERT INTO outbox_item (id, seq, created_at, chat, lane, state, is_dry_run)
     SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, ?, ?, 'queued', ? FROM outbox_item`,
  );
  const size = database.prepare<[], number>("SELECT COUNT(*) FROM outbox_item").pluck();
  const counted = "is_dry_run = 0 AND state <> 'failed'";
  const accepted = database.prepare<[number], { count: number; oldestAt: number | null }>(
    `SELECT COUNT(*) AS count, MIN(created_at) AS oldestAt FROM outbox_item WHERE created_at >= ? AND ${counted}`,
  );
  const acceptedBy = database.prepare<[number, string], { count: number; oldestAt: number | null }>(
    `SELECT COUNT(*) AS count, MIN(created_at) AS oldestAt FROM outbox_item
     WHERE created_at >= ? AND lane = ? AND ${counted}`,
  );
  const isKnown = database.prepare<[string]>("SELECT 1 FROM outbox_item WHERE id = ?");
  const get = (id: string): OutboxItem | null =>
    items.get(id) ?? (isKnown.get(id) === undefined ? null : itemOf(id, clock.now(), EARLIER));
  const known = (id: string): OutboxItem => {
    const item = get(id);
    if (item === null) throw new Error(`there is no item ${id}`);
    return item;
  };
  const become = async (id: string, next: Ending): Promise<OutboxItem> => {
    const item = await next(known(id));
    items.set(id, item);
    return item;
  };
  return {
    requests,
    retried,
    ends(next) {
      ending = next;
    },
    becomes: async (id, next) => void (await become(id, next)),
    gives: (id) => void given.push({ at: clock.now(), chat: known(id).chat }),
    get,
    retry(id) {
      retried.push(id);
      const { parts, ...item } = known(id);
      const again: OutboxItem = {
        ...item,
        state: "queued",
        fault: null,
        reason: null,
        parts: parts.map((part) => ({ ...part, state: "queued", fault: null, reason: null })),
      };
      items.set(id, again);
      return again;
    },
    accept(request, alongside) {
      const id = `out_${(size.get() ?? 0) + 1}`;
      database.transaction(() => {
        add.run(id, clock.now(), request.chat, chatKey(request.chat), request.isDryRun ? 1 : 0);
        alongside?.(id);
      })();
      requests.push(request);
      items.set(id, itemOf(id, clock.now(), request));
      return id;
    },
    async wait(id) {
      const item = known(id);
      return { item: isUnderWay(item) ? await become(id, ending) : item, message: null };
    },
    accepted: (since, chat) =>
      (chat === null ? accepted.get(since) : acceptedBy.get(since, chatKey(chat))) ?? {
        count: 0,
        oldestAt: null,
      },
    dispatched(since, chat) {
      const isMeant = (one: { at: number; chat: string }): boolean =>
        one.at >= since && (chat === null || chatKey(one.chat) === chatKey(chat));
      const ats = given.filter(isMeant).map(({ at }) => at);
      return { count: ats.length, oldestAt: ats.length === 0 ? null : Math.min(...ats) };
    },
  };
}

/** What an earlier process accepted is known by its id alone. */
const EARLIER: SendRequest = {
  chat: "any;-;+15550111",
  service: null,
  replyTo: null,
  isDryRun: false,
  isExempt: false,
  parts: [{ kind: "text", content: "before", name: null, sizeBytes: 6 }],
};

/** Its row came. */
export const sent: Ending = (item) => ({
  ...item,
  state: "sent",
  parts: item.parts.map((part) => ({
    ...part,
    state: "sent",
    mayHaveLeft: true,
    messageGuid: `ROW-${item.id}`,
  })),
});

/** Surely nothing left. */
export function unsent(fault: OutboxItem["fault"], reason: string): Ending {
  return (item) => ({
    ...item,
    state: "failed",
    fault,
    reason,
    parts: item.parts.map((part) => ({ ...part, state: "failed", fault, reason })),
  });
}

function itemOf(id: string, createdAt: number, request: SendRequest): OutboxItem {
  const parts = request.parts.map((part, position) => sampleOutboxPart({ ...part, itemId: id, position }));
  const { chat, service, replyTo, isDryRun, isExempt = false } = request;
  return sampleOutboxItem({ id, createdAt, chat, service, replyTo, isDryRun, isExempt, parts });
}
