import type { MessagesApp, SendContent, SendOutcome, SendTarget } from "../messages-app/messages-app.ts";
import type { Outbox } from "../sending/outbox.ts";
import { type Database, isSqliteError } from "../storage/database.ts";
import type { Chance } from "./chance.ts";
import { Killed, type Life } from "./life.ts";
import { type Messages, PEOPLE } from "./messages.ts";
import type { Written } from "./truth.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What somebody had Bellhop send, and what Messages made of it. */
interface Order {
  id: string;
  text: string;
}

/** Those who send through Bellhop, and the osascript that gives it to Messages. */
export interface Outgoing {
  /** Has something sent; what is accepted must not be forgotten. */
  order(outbox: Outbox): void;
  messagesApp(life: Life): MessagesApp;
  /** What is wrong with what has become of the orders. */
  wrongWith(database: Database): string[];
}

const FATES = {
  "taken, and its row comes": 6,
  "taken, and no row comes": 1,
  "not left": 1,
  "uncertain, and its row comes": 1,
  "uncertain, and no row comes": 1,
};

const isOpen = (state: string): boolean => state === "queued" || state === "dispatching";

/** Nothing was sent yet. */
export function openOutgoing(options: {
  messages: Messages;
  time: VirtualTime;
  chance: Chance;
  noticed(): void;
  wrote(row: Written): void;
  happened(what: string): void;
  trace(line: () => string): void;
}): Outgoing {
  const { messages, time, chance, trace } = options;
  const accepted: Order[] = [];
  /** How often a text may have left. */
  const left = new Map<string, number>();
  const rows = new Map<string, Written>();
  let count = 0;

  const act = (life: Life, target: SendTarget, content: SendContent): Promise<SendOutcome> =>
    new Promise((resolve) => {
      const text = content.kind === "text" ? content.text : content.path;
      const fate = chance.weighted(FATES);
      const comes = fate.endsWith("its row comes");
      const outcome: SendOutcome = fate.startsWith("taken")
        ? { outcome: "taken" }
        : { outcome: fate.startsWith("not left") ? "not left" : "uncertain", code: -1712, reason: fate };
      options.happened("send");
      trace(() => `  Messages is given “${text}”: ${fate}`);
      if (outcome.outcome !== "not left") left.set(text, (left.get(text) ?? 0) + 1);
      const chat = target.kind === "chat" ? target.guid : `any;-;${target.address}`;
      // Whoever asked may be dead by then.
      if (comes) {
        time.after(chance.between(0, 2_000), () => {
          const row = messages.send(text, chat);
          if (row === null) return;
          rows.set(text, row);
          options.wrote(row);
          options.noticed();
        });
      }
      time.after(
        chance.between(0, 2_500),
        () => void life.enter(() => life.pass("answer", () => resolve(outcome))),
      );
    });

  return {
    order(outbox) {
      count += 1;
      const text = `order ${count}`;
      const chat = `any;-;${chance.pick(PEOPLE)}`;
      let id: string;
      try {
        id = outbox.accept({ chat, parts: [{ kind: "text", content: text }] });
      } catch (thrown) {
        // Whoever asked is told that it was not accepted.
        if (isSqliteError(thrown)) return;
        throw thrown;
      }
      accepted.push({ id, text });
      trace(() => `“${text}” is accepted as ${id}`);
    },
    messagesApp: (life) => ({
      send(target, content) {
        if (!life.isAlive()) return new Promise(() => {});
        try {
          return life.pass("post", () => act(life, target, content));
        } catch (thrown) {
          if (thrown instanceof Killed) return new Promise(() => {});
          throw thrown;
        }
      },
    }),
    wrongWith(database) {
      const wrong: string[] = [];
      const stateOf = database
        .prepare<[string], string>("SELECT state FROM outbox_item WHERE id = ?")
        .pluck();
      for (const { id, text } of accepted) {
        const state = stateOf.get(id);
        if (state === undefined) {
          wrong.push(`“${text}” was accepted, and is forgotten`);
          continue;
        }
        const row = rows.get(text);
        const times = left.get(text) ?? 0;
        if (times > 1) wrong.push(`“${text}” was given to Messages ${times} times`);
        // What became of a row that was deleted before anybody looked, nobody can say; it is awaited for a day.
        const isUndecided = row !== undefined && (row.deleted === "for good" || row.isGone || row.isFrozen);
        if (isOpen(state) && !isUndecided) wrong.push(`“${text}” is still ${state}`);
        if (state === "sent" && !row?.sent) wrong.push(`“${text}” is called sent`);
        if (state === "failed" && row?.sent && !row.failed) wrong.push(`“${text}” is called failed`);
      }
      return wrong;
    },
  };
}
