import { onTestFinished } from "vitest";
import type { Capability } from "../../../src-shared/domain/capability.ts";
import { Fault, type FaultCode } from "../../../src-shared/faults.ts";
import type { ChatDb } from "../../apple-messages/chat-db.ts";
import { openTestJournal } from "../../journal/testing/open-test-journal.ts";
import type { Action, Bubble, SendOutcome } from "../../messages-app/messages-app.ts";
import { openConversations } from "../../reading/conversations.ts";
import { openMessages } from "../../reading/messages.ts";
import {
  editMessage,
  findConversation,
  findMessage,
  markRead,
  partsOf,
  react,
  removeReaction,
  type Store,
  unsendMessage,
} from "../../simulator/message-store.ts";
import { type ManualTime, manualTime } from "../../simulator/testing/manual-time.ts";
import { followingFeed } from "../../testing/following-feed.ts";
import { type SimulatedMessages, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { settle } from "../../testing/until.ts";
import { type Actions, openActions } from "../actions.ts";
import type { ReactOrder } from "../message-plans.ts";
import { openOwnState } from "../own-state.ts";

/** What Messages does when it is asked; may write rows before it says how it ended. */
export type Play = (action: Action, store: Store) => SendOutcome | Promise<SendOutcome>;

/** Actions on a real chat.db with its real feed, in time that only the test moves. */
export interface StagedActions {
  actions: Actions;
  messages: SimulatedMessages;
  chatDb: ChatDb;
  time: ManualTime;
  /** What Messages was asked, in order. */
  asked: Action[];
  /** From now on Messages does this. */
  play(how: Play): void;
  /** Lets time pass, 50 ms at a time, until this is known; what it came to, or the Fault. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  rules: { lacking: Capability | null; refused: string | null; isDryRun: boolean };
}

/** Does what it is asked, as Apple's Messages would. */
export const obliging: Play = (action, store) => {
  switch (action.do) {
    case "react":
      (action.remove ? removeReaction : react)(store, {
        target: action.on.guid,
        part: partSaying(store, action.on),
        by: "me",
        kind: action.tapback,
      });
      break;
    case "edit":
      editMessage(store, { guid: action.on.guid, text: action.text });
      break;
    case "unsend":
      unsendMessage(store, { guid: action.on.guid });
      break;
    case "read":
      readAll(store, action.thread.guid);
      break;
    case "typing":
      break;
  }
  return { outcome: "taken" };
};

/** Says that it did, and did not. */
export const idle: Play = () => ({ outcome: "taken" });

/** The part whose bubble says that; the first where none does. */
function partSaying(store: Store, { guid, text }: Bubble): number {
  const parts = partsOf(store, findMessage(store, guid));
  return (parts.find((part) => part.text === text) ?? parts[0])?.number ?? 0;
}

function readAll(store: Store, chatGuid: string): void {
  const chat = findConversation(store, chatGuid);
  for (const guid of store.sql.guidsIn.all(chat.id)) {
    const message = findMessage(store, guid);
    if (message.fromMe === 0) markRead(store, message);
  }
}

/** Opens them on an empty chat.db; Messages is obliging. */
export function stagedActions(options: Parameters<typeof simulatedMessages>[1] = {}): StagedActions {
  const folder = temporaryFolder();
  const time = manualTime();
  const messages = simulatedMessages(folder, { clock: time.clock, ...options });
  const journal = openTestJournal(folder, time);
  // Told before its commit, which here is the feed's own affair.
  const following = followingFeed({
    path: messages.path,
    time,
    refuse: ({ changes }) => void journal.tell(changes),
  });
  const { chatDb } = following;
  const rules: StagedActions["rules"] = { lacking: null, refused: null, isDryRun: false };
  const asked: Action[] = [];
  let how = obliging;
  const actions = openActions({
    messagesApp: {
      async act(action) {
        asked.push(action);
        return how(action, messages.store);
      },
    },
    messages: openMessages(chatDb),
    conversations: openConversations(chatDb),
    own: openOwnState(chatDb),
    capabilities: {
      lacks: (name) => (rules.lacking === name ? new Fault("feature_unavailable", `no ${name} here`) : null),
    },
    policy: {
      check({ chat }, kind) {
        if (rules.refused === chat) throw new Fault("policy_allow_list", `no ${kind} in ${chat}`);
      },
      isDryRun: () => rules.isDryRun,
    },
    bus: journal.bus,
    clock: time.clock,
    timers: time.timers,
  });
  const step = async (): Promise<void> => {
    time.advance(50);
    following.feed.look();
    await settle(2);
  };
  onTestFinished(async () => {
    const stopped = actions.stop();
    time.advance(10_000);
    await stopped;
  });
  return {
    actions,
    messages,
    chatDb,
    time,
    asked,
    rules,
    play: (other) => {
      how = other;
    },
    async during(work) {
      let isKnown = false;
      const known = (): void => {
        isKnown = true;
      };
      void work.then(known, known);
      await settle(2);
      while (!isKnown) await step();
      return work;
    },
    async pass(ms) {
      await settle(2);
      for (let left = ms; left > 0; left -= 50) await step();
    },
  };
}

/** The Fault that this is refused with, by code and sentence. Throws where it is not. */
export async function refusal(work: Promise<unknown>): Promise<{ code: FaultCode; message: string }> {
  const thrown: unknown = await work.then(
    (report) => new Error(`it was not refused: ${JSON.stringify(report)}`),
    (fault: unknown) => fault,
  );
  if (!(thrown instanceof Fault)) throw thrown;
  return { code: thrown.code, message: thrown.message };
}

/** An order for a heart. */
export const love = (message: string, remove = false): ReactOrder => ({ message, tapback: "love", remove });
