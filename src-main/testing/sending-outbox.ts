import { onTestFinished } from "vitest";
import { keepChatDb } from "../apple-messages/chat-db.ts";
import { startChangeFeed } from "../apple-messages/feed/change-feed.ts";
import type { FeedState } from "../apple-messages/feed/feed-state.ts";
import { openFingerprints } from "../journal/fingerprints.ts";
import type { MessagesApp } from "../messages-app/messages-app.ts";
import { realPorts } from "../ports/real.ts";
import { type Outbox, openOutbox } from "../sending/outbox.ts";
import type { OutboxItem } from "../sending/outbox-item.ts";
import { openOutboxStore } from "../sending/outbox-store.ts";
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
  /** Accepts a text for `to`, and lets what follows at once happen. */
  text(content: string, to?: string): Promise<string>;
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
  messagesApp: MessagesApp,
  options: {
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
      const moved = own.database.transaction(() => {
        fingerprints.record(step);
        return outbox.confirm(step.outgoing);
      })();
      state = step.state;
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
  return {
    outbox,
    messages,
    time,
    complaints,
    item,
    kill,
    state: (id) => item(id).state,
    async text(content, to = MAYA) {
      const id = outbox.accept({ chat: `any;-;${to}`, parts: [{ kind: "text", content }] });
      await settle();
      return id;
    },
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
