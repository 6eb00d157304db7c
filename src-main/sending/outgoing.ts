import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../src-shared/faults.ts";
import type { Settings } from "../../src-shared/settings.ts";
import type { Mode, ReadingProblem } from "../../src-shared/status.ts";
import { type Actions, openActions } from "../actions/actions.ts";
import { bubbleOf } from "../actions/bubble.ts";
import { type Capabilities, openCapabilities } from "../actions/capabilities.ts";
import { openOwnState } from "../actions/own-state.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import { type Files, openFiles } from "../files/files.ts";
import type { Bus } from "../journal/bus.ts";
import type { Intake } from "../journal/intake.ts";
import { chosenSender } from "../messages-app/chosen-sender.ts";
import { APPLE_TOOLS, toolConverter } from "../messages-app/converter.ts";
import type { Ports } from "../ports/ports.ts";
import type { Command } from "../ports/processes.ts";
import type { Reading } from "../reading/reading.ts";
import type { Database } from "../storage/database.ts";
import type { Vault } from "../storage/vault.ts";
import { openIdempotency } from "./idempotency/idempotency.ts";
import { openIdempotencyStore } from "./idempotency/idempotency-store.ts";
import { type Outbox, type OutboxOptions, openOutbox } from "./outbox/outbox.ts";
import { openOutboxStore } from "./outbox/outbox-store.ts";
import { openLineCountry } from "./policy/line-country.ts";
import { openPolicy } from "./policy/policy.ts";
import { tellAttempts } from "./self-test/attempts-told.ts";
import { openSelfTest, type SelfTests } from "./self-test/self-test.ts";
import { openSending, type Sending } from "./send.ts";
import { keepSwept, openStaging, type Staging, type StagingFolders } from "./staging/staging.ts";

/** Everything that goes to Messages, and what is asked about it. */
export interface Outgoing {
  /** Whether there is anything to send with. */
  canSend: boolean;
  outbox: Outbox;
  sending: Sending;
  files: Files;
  staging: Pick<Staging, "audioFormats">;
  actions: Actions;
  capabilities: Capabilities;
  selfTest: SelfTests;
  /** Gives away nothing more, and lets what is under way end. */
  stop(): Promise<void>;
}

/** Where Messages is, and how it is driven. */
export interface MessagesDriven {
  mode: Mode;
  /** The program that runs AppleScript; null where there is none. */
  osascript: string | null;
  /** How Messages is opened when it does not run; null where nothing can be opened. */
  openMessages: Pick<Command, "file" | "args"> | null;
  /** The folder with the AppleScripts. */
  scripts: string;
  /** Whether macOS must have granted anything: only with this Mac's own Messages. */
  needsPermissions: boolean;
  /** Whether macOS has granted Accessibility; null where that cannot be asked. */
  isTrusted(): boolean | null;
  /** Such as 26; null where it is not known. */
  macosVersion: number | null;
  /** Where files wait for Messages, and from where they may come. */
  staging: StagingFolders;
}

/** Puts together what sends: outbox, rules, files, and what moves the Messages window. */
export function openOutgoing(
  options: MessagesDriven & {
    ports: Pick<Ports, "clock" | "timers" | "randomness" | "processes">;
    dataFolder: string;
    database: Database;
    vault: Vault;
    chatDb: ChatDb;
    reading: Pick<Reading, "messages" | "conversations" | "lines">;
    settings(): Settings;
    record: Intake["record"];
    bus: Bus;
    isCaughtUp(): boolean;
    trouble(): { problem: ReadingProblem } | null;
    ended: NonNullable<OutboxOptions["ended"]>;
    complain(thrown: unknown): void;
  },
): Outgoing {
  const { ports, database, vault, chatDb, settings, bus, complain } = options;
  const { clock, timers, randomness, processes } = ports;
  const { messages, conversations, lines } = options.reading;
  const canSend = options.osascript !== null;
  const isPaused = (): boolean => settings().sendingPausedAt !== null;

  const over = new AbortController();
  const { messagesApp, attempts } = tellAttempts(
    chosenSender({
      osascript: options.osascript,
      scripts: options.scripts,
      open: options.openMessages,
      processes,
      signal: over.signal,
    }),
  );
  const outbox = openOutbox({
    store: openOutboxStore(database, vault),
    chatDb,
    messagesApp,
    clock,
    timers,
    randomness,
    isPaused,
    isCaughtUp: options.isCaughtUp,
    record: options.record,
    // Nothing is asked before all of this is put together.
    mayGo: (item) => policy.mayGo(item),
    bubbleOf(guid) {
      try {
        return bubbleOf(messages.get(guid));
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code === "not_found") return null;
        throw thrown;
      }
    },
    isFileThere: existsSync,
    ended: options.ended,
    complain,
  });
  const callingCode = openLineCountry({ lines, clock });
  const policy = openPolicy({ settings, chatDb, outbox, callingCode, clock });
  const capabilities = openCapabilities({
    mode: options.mode,
    canSend,
    settings,
    isTrusted: options.isTrusted,
    macosVersion: () => options.macosVersion,
  });
  const folder = join(options.dataFolder, "files", "uploaded");
  const files = openFiles({ folder, database, vault, clock, timers, randomness, complain });
  const staging = openStaging({
    ...options.staging,
    chosen: () => settings().allowedFolders,
    uploaded: files,
    converter: toolConverter({ tools: APPLE_TOOLS, processes }),
    clock,
    randomness,
    isNeeded: outbox.needsFile,
  });
  const sending = openSending({
    outbox,
    conversations,
    messages,
    staging,
    policy,
    callingCode,
    idempotency: openIdempotency(openIdempotencyStore(database, vault, clock)),
    canSend,
    canReply: () => capabilities.lacks("reply"),
  });
  const actions = openActions({
    messagesApp,
    messages,
    conversations,
    capabilities,
    policy,
    bus,
    clock,
    timers,
    own: openOwnState(chatDb),
  });
  const selfTest = openSelfTest({
    trouble: options.trouble,
    path: chatDb.path,
    lines,
    messagesApp,
    needsPermissions: options.needsPermissions,
    isPaused,
    sending,
    outbox,
    attempts,
    bus,
    clock,
    timers,
    randomness,
    complain,
  });
  const stopSweeping = keepSwept(staging, timers, complain);

  return {
    canSend,
    outbox,
    sending,
    files,
    staging,
    actions,
    capabilities,
    selfTest,
    async stop() {
      stopSweeping();
      files.stop();
      selfTest.stop();
      await Promise.all([outbox.stop(), actions.stop()]);
      // What has not ended by now would go on alone, and send when nobody looks.
      over.abort();
    },
  };
}
