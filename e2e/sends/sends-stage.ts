import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { realPorts } from "../../src-main/ports/real.ts";
import { parseFaults, planFaults } from "../../src-main/simulator/faults.ts";
import {
  closeMessageStore,
  createGroup,
  ensureDirect,
  markSent,
  openMessageStore,
  receiveMessage,
} from "../../src-main/simulator/message-store.ts";
import { freePort } from "../faults/free-port.ts";
import type { Endings } from "../faults/harness.ts";
import { type KillableGateway, killableGateway } from "../faults/killable-gateway.ts";
import { type SendPlan, TROUBLES, type TroubleName } from "./send-plan.ts";
import { readSentRows } from "./sent-rows.ts";

/** People with a conversation, people whom nobody has written to yet, and groups. */
const KNOWN = 14;
const NEW = 2;
const GROUPS = 4;
export const CONVERSATIONS = KNOWN + NEW + GROUPS;

/** The gateway on simulated Messages, and the conversations that are written to. */
export interface SendsStage {
  gateway: KillableGateway;
  chatDb: string;
  /** The newest row before the first send. */
  lastRow: number;
  /** What to give as a recipient for each conversation: an address, or a group's guid. */
  recipients: readonly string[];
  /**
   * Messages sends what it was left with: simulated Messages forgets rows whose osascript died, when it is killed with
   * the gateway in that very second.
   */
  sendLeftOvers(): void;
  /** How often each trouble has come so far. */
  met(): Map<TroubleName, number>;
}

/** Starts a gateway on an empty data folder in `folder`, with the plan's troubles ahead of it. */
export async function setUpSends({ calls }: SendPlan, folder: string, endings: Endings): Promise<SendsStage> {
  const dataDir = join(folder, "data");
  const simulatedDir = join(dataDir, "simulated");
  mkdirSync(simulatedDir, { recursive: true, mode: 0o700 });
  const chatDb = join(simulatedDir, "chat.db");
  const { recipients, lastRow } = makeChatDb(chatDb);
  // `{}` lets a call pass; what stands behind the last trouble need not be said.
  const planned = calls.slice(0, calls.findLastIndex((name) => name !== null) + 1);
  planFaults(
    simulatedDir,
    planned.map((name) => ({ script: "send", ...(name === null ? {} : TROUBLES[name].fault) })),
  );
  const gateway = killableGateway({ chatDb: null, dataDir, port: await freePort() });
  endings.push(() => gateway.abandon());
  gateway.start();
  await gateway.ready();
  return {
    gateway,
    chatDb,
    lastRow,
    recipients,
    sendLeftOvers() {
      const left = readSentRows(chatDb, lastRow).filter(
        ({ chat, isSent, error }) => chat !== null && !isSent && error === 0,
      );
      if (left.length === 0) return;
      const { clock, randomness } = realPorts();
      const store = openMessageStore({ path: chatDb, macos: 26, clock, randomness });
      for (const { id } of left) markSent(store, id);
      closeMessageStore(store);
    },
    met() {
      const met = planned.slice(0, planned.length - waitingIn(simulatedDir));
      const counts = new Map<TroubleName, number>();
      for (const name of met) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
      return counts;
    },
  };
}

function waitingIn(simulatedDir: string): number {
  try {
    return parseFaults(readFileSync(join(simulatedDir, "faults.json"), "utf8")).length;
  } catch {
    // The last of them was taken.
    return 0;
  }
}

function makeChatDb(path: string): { recipients: string[]; lastRow: number } {
  const { clock, randomness } = realPorts();
  const store = openMessageStore({ path, macos: 26, clock, randomness });
  const people = Array.from({ length: KNOWN + NEW }, (_, at) =>
    at % 5 === 4 ? `person${at}@example.com` : `+155501${String(at).padStart(2, "0")}99`,
  );
  for (const address of people.slice(0, KNOWN)) ensureDirect(store, address);
  const groups = Array.from({ length: GROUPS }, (_, at) =>
    createGroup(store, { name: `Group ${at}`, addresses: people.slice(at, at + 3) }),
  );
  const [first = ""] = people;
  const { id } = receiveMessage(store, {
    chat: ensureDirect(store, first),
    from: first,
    text: "before all this",
  });
  closeMessageStore(store);
  return { recipients: [...people, ...groups.map(({ guid }) => guid)], lastRow: id };
}
