import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Fault } from "../../../src-shared/faults.ts";
import { Settings } from "../../../src-shared/settings.ts";
import { keepChatDb } from "../../apple-messages/chat-db.ts";
import { openConversations } from "../../reading/conversations.ts";
import { openLines } from "../../reading/lines.ts";
import { openMessages } from "../../reading/messages.ts";
import { MAYA, simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { openLineCountry } from "../policy/line-country.ts";
import { openPolicy } from "../policy/policy.ts";
import { openSending } from "../send.ts";
import type { FileRef, SendOrder, SendReport, SendsLeft, SendTerms } from "../send-order.ts";
import { settableClock } from "./settable-clock.ts";
import { usedKeys } from "./used-keys.ts";

const ORDER: SendOrder = {
  recipient: MAYA,
  body: "hi",
  attachments: [],
  voice: null,
  replyTo: null,
  service: null,
  isDryRun: false,
};

/** A file to send; nobody looks whether it is there. */
export const FILE: FileRef = { path: "/home/me/boat.jpg" };

/**
 * Sends into an outbox whose items end as the test says, with settings that change under it. What an order does not
 * say is a text for Maya.
 */
export function stagedSends(values: Partial<Settings> = {}, canReply: () => Fault | null = () => null) {
  const folder = temporaryFolder();
  const clock = settableClock();
  const messages = simulatedMessages(folder, { clock });
  const chatDb = keepChatDb(messages.path, clock);
  onTestFinished(() => chatDb.close());
  let settings = Settings.parse(values);
  let whileStaging: () => void | Promise<void> = () => {};
  const copies: string[] = [];
  const copy = async (ref: FileRef, kind: string) => {
    await whileStaging();
    const name = "path" in ref ? ref.path.replace(/^.*\//, "") : ref.file;
    const path = join("/staged", `${kind}-${name}`);
    copies.push(path);
    return { path, name, sizeBytes: 7 };
  };
  const callingCode = openLineCountry({ lines: openLines(chatDb), clock });
  const start = () => {
    const keys = usedKeys(folder, clock);
    const sending = openSending({
      outbox: keys.outbox,
      conversations: openConversations(chatDb),
      messages: openMessages(chatDb),
      staging: {
        stage: (ref) => copy(ref, "file"),
        stageVoice: (ref) => copy(ref, "voice"),
        async unstage(path) {
          copies.splice(copies.indexOf(path), 1);
        },
      },
      policy: openPolicy({ settings: () => settings, chatDb, outbox: keys.outbox, callingCode, clock }),
      callingCode,
      idempotency: keys.idempotency,
      canSend: true,
      canReply,
    });
    return { keys, sending };
  };
  let run = start();
  const lefts: SendsLeft[] = [];
  const send = (order: Partial<SendOrder> = {}, terms: Partial<SendTerms> = {}): Promise<SendReport> =>
    run.sending.send(
      { ...ORDER, ...order },
      { waitMs: 10, by: "key_1", idempotencyKey: null, told: (left) => void lefts.push(left), ...terms },
    );
  return {
    messages,
    clock,
    copies,
    lefts,
    send,
    /** The fault that a send ends with; null when it does not. */
    fault: (order: Partial<SendOrder>, terms: Partial<SendTerms> = {}): Promise<Fault | null> =>
      send(order, terms).then(
        () => null,
        (thrown: unknown) => {
          if (thrown instanceof Fault) return thrown;
          throw thrown;
        },
      ),
    outbox: () => run.keys.outbox,
    change: (changed: Partial<Settings>) => {
      settings = { ...settings, ...changed };
    },
    staging: (hook: () => void | Promise<void>) => {
      whileStaging = hook;
    },
    restart: () => {
      run.keys.close();
      run = start();
    },
  };
}
