import { basename } from "node:path";
import { onTestFinished } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { startChangeFeed } from "../apple-messages/feed/change-feed.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import type { OutboxChange } from "../journal/entry.ts";
import { openFingerprints } from "../journal/fingerprints.ts";
import type { MessagesApp } from "../messages-app/messages-app.ts";
import { realPorts } from "../ports/real.ts";
import { type Outbox, type OutboxOptions, openOutbox, type SendRequest } from "../sending/outbox/outbox.ts";
import type { OutboxItem } from "../sending/outbox/outbox-item.ts";
import { type NewPart, openOutboxStore } from "../sending/outbox/outbox-store.ts";
import { type ManualTime, manualTime } from "../simulator/testing/manual-time.ts";
import { type Act, taken } from "./fake-messages-app.ts";
import { ownDatabase } from "./own-database.ts";
import { MAYA, type SimulatedMessages, simulatedMessages } from "./simulated-messages.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { settle } from "./until.ts";

/** An outbox with the feed that confirms it, on real databases, in time that only the test moves. */
export interface SendingOutbox {
  outbox: Outbox;
  messages: SimulatedMessages;
  time: ManualTime;
  complaints: unknown[];
  /** Runs SQL on bellhop.db. */
  sql(statement: string): void;
  /** What was told of items, in order. */
  told: OutboxChange[];
  /** The items that came to an end, as they were then. */
  ended: OutboxItem[];
  /** Accepts a text for `to`, and lets what follows at once happen. */
  text(content: string, to?: string): Promise<string>;
  /** The same for any request; without more it is one to Maya. */
  accept(request: Partial<SendRequest>): Promise<string>;
  item(id: string): OutboxItem;
  state(id: string): string;
  /** Lets time pass, in steps of a second, so that everything that follows from it happens. */
  pass(ms: number): Promise<void>;
  pause(paused: boolean): Promise<void>;
  /** Ends it without a word, as a kill would; `sendingOutbox` with the same folder is the restart. */
  kill(): FeedState | null;
}

/** Starts one that gives its parts to `messagesApp`. */
export function sendingOutbox(
  messagesApp: Pick<MessagesApp, "send">,
  options: Pick<Partial<OutboxOptions>, "bubbleOf" | "isFileThere" | "mayGo"> & {
    folder?: string;
    time?: ManualTime;
    messages?: SimulatedMessages;
    remembered?: FeedState | null;
    paused?: boolean;
  } = {},
): SendingOutbox {
  const folder = options.folder ?? temporaryFolder();
  const time = options.time ?? manualTime();
  const { clock, timers } = time;
  const messages = options.messages ?? simulatedMessages(folder, { clock });
  const own = ownDatabase(folder);
  const store = openOutboxStore(own.database, own.vault);
  const chatDb = keepChatDb(messages.path, clock);
  const complaints: unknown[] = [];
  const told: OutboxChange[] = [];
  const ended: OutboxItem[] = [];
  const complain = (thrown: unknown): void => void complaints.push(thrown);
  let isPaused = options.paused ?? false;
  const fingerprints = openFingerprints(own.database);
  let killed = false;
  let state = options.remembered ?? null;
  const outbox = openOutbox({
    store,
    chatDb,
    // Whoever is dead hears nothing any more.
    messagesApp: {
      send: (...args) => messagesApp.send(...args).then((end) => (killed ? new Promise(() => {}) : end)),
    },
    clock,
    timers,
    randomness: realPorts().randomness,
    isPaused: () => isPaused,
    isCaughtUp: () => feed.isCaughtUp(),
    record(work) {
      told.push(...own.database.transaction(work)());
    },
    bubbleOf: options.bubbleOf ?? (() => null),
    ...(options.isFileThere ? { isFileThere: options.isFileThere } : {}),
    ...(options.mayGo ? { mayGo: options.mayGo } : {}),
    ended: (item) => void ended.push(item),
    complain,
  });
  const feed = startChangeFeed({
    chatDb,
    clock,
    timers,
    watch: () => ({ stop: () => {}, rearm: () => {} }),
    pollIntervalMs: 1_000,
    remembered: state,
    memory: fingerprints,
    commit(step) {
      const { moved, changes } = own.database.transaction(() => {
        fingerprints.record(step);
        return outbox.confirm(step.outgoing, step.changes);
      })();
      state = step.state;
      told.push(...changes);
      outbox.tell(moved);
    },
    complain,
    damaged: () => {},
  });
  chatDb.onTrouble((problem) => {
    if (problem === null) outbox.wake();
  });
  const kill = (): FeedState | null => {
    killed = true;
    void outbox.stop();
    feed.stop();
    chatDb.close();
    own.close();
    return state;
  };
  onTestFinished(() => void (killed || kill()));
  const item = (id: string): OutboxItem => {
    const found = store.get(id);
    if (found === null) throw new Error(`there is no item ${id}`);
    return found;
  };
  const accept = async (request: Partial<SendRequest>): Promise<string> => {
    const id = outbox.accept({ ...TO_MAYA, ...request });
    await settle();
    return id;
  };
  return {
    outbox,
    sql: (statement) => void own.database.exec(statement),
    told,
    ended,
    accept,
    messages,
    time,
    complaints,
    item,
    kill,
    state: (id) => item(id).state,
    text: (content, to = MAYA) => accept({ chat: `any;-;${to}`, parts: [textPart(content)] }),
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1_000) {
        time.advance(Math.min(left, 1_000));
        await settle(2);
      }
    },
    async pause(paused) {
      isPaused = paused;
      outbox.wake();
      await settle();
    },
  };
}

const TO_MAYA = {
  chat: `any;-;${MAYA}`,
  service: null,
  replyTo: null,
  isDryRun: false,
  isExempt: false,
  parts: [],
};

/** A text as it is accepted. */
export function textPart(content: string): NewPart {
  return { kind: "text", content, name: null, sizeBytes: Buffer.byteLength(content) };
}

/** A staged file as it is accepted. */
export function filePart(path: string, sizeBytes = 10): NewPart {
  return { kind: "file", content: path, name: basename(path), sizeBytes };
}

/** A request for one text. */
export function textFor(content: string, to = MAYA): SendRequest {
  return { ...TO_MAYA, chat: `any;-;${to}`, parts: [textPart(content)] };
}

/** A chat.db, and Messages that writes the row it is asked for. */
export function stagedSending() {
  const folder = temporaryFolder();
  const time = manualTime();
  const messages = simulatedMessages(folder, { clock: time.clock });
  messages.receive("old");
  const rowFor: Act = ({ target, content }) => {
    const to = target.kind === "participant" ? target.address : (target.guid.split(";").at(-1) ?? "");
    messages.send(content.kind === "text" ? content.text : content.path, { to });
    return taken;
  };
  return { folder, time, messages, rowFor };
}
