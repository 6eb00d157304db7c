import type { SentItem } from "../../../src-shared/domain/outbox.ts";
import type { MessagesApp } from "../../messages-app/messages-app.ts";
import type { Outbox } from "../../sending/outbox/outbox.ts";
import type { Chance } from "../chance.ts";
import type { Life } from "../life.ts";
import type { Messages } from "../messages.ts";
import type { Written } from "../truth.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { wrongAtTheEnd } from "./end-truth.ts";
import { type Order, wordsOf } from "./order.ts";
import { rowsOf, untruth } from "./part-truth.ts";
import { openPeople } from "./people.ts";
import { openStandIn } from "./stand-in.ts";

/** Those who send through Bellhop, the osascript that gives it to Messages, and what both must come to. */
export interface Outgoing {
  /** Somebody has something sent. */
  order(outbox: Outbox, life: Life): void;
  /** Somebody wants something retried or cancelled. */
  meddle(outbox: Outbox): void;
  messagesApp(life: Life): Pick<MessagesApp, "send">;
  /** A process has just begun. */
  begun(outbox: Outbox): void;
  /** An event that was committed. */
  told(item: SentItem): void;
  /** Nothing more happens to what was sent. */
  calm(): void;
  /** Something is still to come of what Messages was given. */
  isWaiting(): boolean;
  /** What is wrong with what has become of the orders. */
  wrongWith(outbox: Outbox): string[];
  /** Counts how they ended. */
  count(outbox: Outbox): void;
}

const TYPED_BEFORE_MS = 10_000;
/** A row may take so long before anybody says that nobody knows. */
const LEAST_WAIT_MS = 60_000;

/** Nothing was sent yet. */
export function openOutgoing(options: {
  messages: Messages;
  time: VirtualTime;
  chance: Chance;
  outbox(): Outbox | null;
  pausedSince(): number | null;
  isStopping(): boolean;
  isExcused(): boolean;
  noticed(): void;
  wrote(row: Written): void;
  happened(what: string): void;
  trace(line: () => string): void;
  violation(what: string): void;
}): Outgoing {
  const { messages, chance, violation } = options;
  const orders: Order[] = [];
  const told = new Map<string, SentItem[]>();
  let isCalm = false;
  const standIn = openStandIn({ ...options, orders, isCalm: () => isCalm });
  const people = openPeople({
    ...options,
    orders,
    group: messages.group,
    typed: (chat, text) => {
      // A while ago by its date: nobody could take it for what is given to Messages from now on.
      const at = options.time.clock.now() - TYPED_BEFORE_MS;
      const row = messages.send({ to: { guid: chat }, text, state: "sending", at });
      if (row !== null) options.wrote(row);
      return row !== null;
    },
    someMessage: () =>
      chance.pick([
        null,
        ...messages
          .rows()
          .slice(-4)
          .map(({ guid }) => guid),
      ]),
    isPaused: () => options.pausedSince() !== null,
  });
  const atTheEnd = (outbox: Outbox, happened: (what: string) => void): string[] =>
    wrongAtTheEnd({
      orders,
      attempts: standIn.attempts(),
      outbox,
      toldOf: (id) => told.get(id) ?? [],
      isExcused: options.isExcused(),
      happened,
    });

  return {
    order: people.order,
    meddle: people.meddle,
    messagesApp: standIn.messagesApp,
    begun: standIn.begun,
    told(item) {
      const earlier = told.get(item.id) ?? [];
      told.set(item.id, [...earlier, item]);
      const order = orders.find(({ id }) => id === item.id);
      if (order === undefined) return violation(`${item.id} is told of, and was never accepted`);
      const rows = rowsOf(standIn.attempts());
      for (const [position, part] of item.parts.entries()) {
        const lie = untruth(order, position, part, rows);
        if (lie !== null) violation(`it is told that ${wordsOf(order, position)} ${lie}`);
        const waited = options.time.clock.monotonic() - (lastGiven(order, position) ?? 0);
        if (
          part.state === "unknown" &&
          part.messageGuid === null &&
          waited < LEAST_WAIT_MS &&
          !options.isExcused()
        )
          violation(`${wordsOf(order, position)} is called unknown after ${waited} ms`);
        const before = earlier.at(-1)?.parts[position];
        if (before !== undefined) noteLater(before.state, part.state, options.happened);
      }
    },
    calm() {
      isCalm = true;
    },
    isWaiting: () => standIn.attempts().some(({ isRowDue, busyUntil }) => isRowDue || busyUntil > 0),
    wrongWith: (outbox) => atTheEnd(outbox, () => {}),
    count: (outbox) => void atTheEnd(outbox, options.happened),
  };
}

function lastGiven({ attempts }: Order, position: number): number | undefined {
  return attempts.findLast((one) => one.position === position)?.givenAt;
}

/** What was told otherwise before. */
function noteLater(before: string, after: string, happened: (what: string) => void): void {
  const isGood = ["sent", "delivered", "read"].includes(after);
  if (before === "unknown" && isGood) happened("unknown, and sent after all");
  if (before === "failed" && isGood) happened("failed, and sent after all");
  if (before === "sent" && after === "failed") happened("sent, and failed later");
}
