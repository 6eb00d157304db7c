import type { OutboxState, SendService } from "../../../src-shared/domain/outbox.ts";
import { Fault } from "../../../src-shared/faults.ts";
import { chatKey } from "../../apple-messages/chat-guid.ts";
import type { Outbox, SendRequest } from "../../sending/outbox/outbox.ts";
import { isSqliteError } from "../../storage/database.ts";
import type { Chance } from "../chance.ts";
import { Killed, type Life } from "../life.ts";
import { PEOPLE } from "../messages.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { noteCopies, type Order } from "./order.ts";

/** Nobody has written to them yet. */
export const STRANGERS = ["+15550119", "noor@example.com"] as const;
/** Few enough that the same is often said twice in a row. */
const TEXTS = ["yes", "ok then", "see “you” at 8"] as const;
const SPELLINGS = ["any", "any", "any", "iMessage", "SMS"] as const;
const SERVICES: readonly [SendService, ...SendService[]] = ["iMessage", "SMS", "RCS"];

/** What people need of the world. */
export interface PeopleOptions {
  orders: Order[];
  chance: Chance;
  time: VirtualTime;
  /** The guid of the group. */
  group(): string;
  /** Somebody has just written this in Messages' own window; false where there is no such chat. */
  typed(chat: string, text: string): boolean;
  /** The guid of a message that can be answered; null when there is none. */
  someMessage(): string | null;
  isPaused(): boolean;
  isStopping(): boolean;
  happened(what: string): void;
  trace(line: () => string): void;
  violation(what: string): void;
}

/** Those who have Bellhop send, and those who look after what became of it. */
export interface People {
  /** Has something sent; what is accepted must not be forgotten. */
  order(outbox: Outbox, life: Life): void;
  /** Retries or cancels something. */
  meddle(outbox: Outbox): void;
}

/** People who send. */
export function openPeople(options: PeopleOptions): People {
  const { orders, chance, time, happened, trace, violation } = options;
  let said = 0;

  const drawPart = (): SendRequest["parts"][number] => {
    if (chance.happens(0.2)) {
      said += 1;
      const name = `picture ${said}.png`;
      return { kind: "file", content: `/staged/${said}/${name}`, name, sizeBytes: 100 + said };
    }
    const isNew = chance.happens(0.5);
    if (isNew) said += 1;
    const content = isNew ? `order ${said}` : chance.pick(TEXTS);
    return { kind: "text", content, name: null, sizeBytes: Buffer.byteLength(content) };
  };
  const drawRequest = (): SendRequest => {
    const isGroup = chance.happens(0.25);
    const person = chance.happens(0.1)
      ? chance.pick(STRANGERS)
      : chance.pick([PEOPLE[0], PEOPLE[0], ...PEOPLE]);
    const count = chance.happens(0.7) ? 1 : chance.between(2, 3);
    return {
      chat: isGroup ? options.group() : `${chance.pick(SPELLINGS)};-;${person}`,
      service: chance.happens(0.1) ? chance.pick(SERVICES) : null,
      replyTo: chance.happens(0.1) ? options.someMessage() : null,
      isDryRun: chance.happens(0.05),
      parts: Array.from({ length: count }, drawPart),
    };
  };
  const noteKinds = (order: Order): void => {
    const { request, lane } = order;
    const say = (what: string, isSo: boolean): void => (isSo ? happened(`order: ${what}`) : undefined);
    say("dry run", request.isDryRun);
    say("several parts", request.parts.length > 1);
    say(
      "file",
      request.parts.some(({ kind }) => kind === "file"),
    );
    say("reply", request.replyTo !== null);
    say("service asked", request.service !== null);
    const [part] = request.parts;
    const isAgain = (other: Order): boolean =>
      other !== order &&
      other.lane === lane &&
      other.request.parts.some(({ content }) => content === part?.content);
    say("equal text", orders.some(isAgain));
  };

  /** Waits for its answer as a caller does. */
  const wait = (outbox: Outbox, life: Life, order: Order): void => {
    const ms = chance.pick([0, 500, 3_000, 20_000]);
    const began = time.clock.monotonic();
    outbox.wait(order.id, ms).then(
      ({ item }) => {
        const waited = time.clock.monotonic() - began;
        if (!life.isAlive()) return;
        if (waited > ms + 1) violation(`${order.number}. was waited for ${waited} ms in place of ${ms}`);
        const isOpen = item.state === "queued" || item.state === "dispatching";
        if (isOpen && waited < ms && !options.isPaused() && !options.isStopping())
          violation(`${order.number}. was answered with ${item.state} after ${waited} of ${ms} ms`);
      },
      (thrown: unknown) => {
        if (life.isAlive()) violation(`waiting for ${order.number}. ended with ${String(thrown)}`);
      },
    );
  };

  /** The same text as ours, by hand and before ours: its row is not ours. */
  const typeBefore = ({ lane, request }: Order): void => {
    const text = request.parts.find(({ kind }) => kind === "text")?.content;
    if (text === undefined || !chance.happens(0.15)) return;
    const isSaid = orders.some(
      (other) => other.lane === lane && other.request.parts.some(({ content }) => content === text),
    );
    if (isSaid || !options.typed(`any;${lane}`, text)) return;
    trace(() => `somebody types “${text}” to ${lane}`);
    happened("typed by hand");
  };

  return {
    order(outbox, life) {
      const request = drawRequest();
      const order: Order = {
        id: "",
        number: orders.length + 1,
        lane: chatKey(request.chat),
        request,
        isAccepted: false,
        retries: 0,
        cancelled: new Set(),
        copies: new Map(),
        attempts: [],
      };
      typeBefore(order);
      const isRefused = chance.happens(0.05);
      try {
        order.id = outbox.accept(request, (id) => {
          if (isRefused) throw new Fault("conflict", "somebody was faster");
          order.id = id;
          orders.push(order);
        });
        order.isAccepted = true;
      } catch (thrown) {
        // Whoever asked is told that it was not accepted; or hears nothing at all, and it may have been.
        if (thrown instanceof Killed) throw thrown;
        orders.splice(orders.indexOf(order), orders.includes(order) ? 1 : 0);
        if (thrown instanceof Fault || isSqliteError(thrown)) return;
        throw thrown;
      }
      if (isRefused) return violation(`${order.number}. is accepted although its transaction failed`);
      if (orders.at(-1) !== order) violation(`${order.number}. was accepted without what goes alongside`);
      trace(() => `${order.number}. is accepted as ${order.id}: ${JSON.stringify(request)}`);
      noteKinds(order);
      if (chance.happens(0.3)) wait(outbox, life, order);
    },
    meddle(outbox) {
      const wish = chance.weighted({ retry: 3, cancel: 1 });
      // Mostly where there is something to do, and now and then anywhere.
      const states: readonly OutboxState[] = wish === "retry" ? ["failed", "unknown"] : ["queued"];
      const worth = outbox
        .list({ limit: 20 })
        .filter(({ parts }) =>
          parts.some(({ state, retriedAs }) => retriedAs === null && states.includes(state)),
        )
        .map((item) => item.id);
      const [first = orders.at(-1)?.id ?? "", ...others] = chance.happens(0.1) ? [] : worth;
      // Best where its row may still come.
      const due = worth.find((one) =>
        orders.some(({ id, attempts }) => id === one && attempts.some(({ isRowDue }) => isRowDue)),
      );
      const id = due !== undefined && chance.happens(0.5) ? due : chance.pick([first, ...others]);
      const order = orders.find((one) => one.id === id);
      const before = order === undefined ? null : outbox.get(id);
      if (order === undefined || before === null) return;
      trace(() => `somebody asks to ${wish} ${order.number}. (${before.state})`);
      try {
        if (wish === "retry") {
          // Should the process die of it, nobody knows whether it was done.
          order.retries += 1;
          const after = outbox.retry(order.id);
          order.cancelled.clear();
          noteCopies(order, after);
          const isCopy = after.parts.length > before.parts.length;
          happened(isCopy ? "person: retry as a copy" : "person: retry in place");
        } else {
          outbox.cancel(order.id);
          happened("person: cancel");
          for (const { state, position, retriedAs } of before.parts)
            if (state === "queued" && retriedAs === null) order.cancelled.add(position);
        }
      } catch (thrown) {
        if (thrown instanceof Killed) throw thrown;
        if (wish === "retry") order.retries -= 1;
        if (!(thrown instanceof Fault || isSqliteError(thrown))) throw thrown;
        if (thrown instanceof Fault && thrown.code !== "conflict" && thrown.code !== "shutting_down")
          violation(`to ${wish} ${order.number}. was refused with ${thrown.code}`);
      }
    },
  };
}
