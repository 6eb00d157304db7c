import type { Counts } from "../../scripts/counts.ts";
import { type Say, say as sayOnScreen } from "../../scripts/root.ts";
import { ask } from "../faults/asking.ts";
import { type Check, check } from "../faults/checks.ts";
import { type Endings, pause, runHarness, until } from "../faults/harness.ts";
import { killAsPlanned } from "../faults/kill-as-planned.ts";
import {
  countOpen,
  type Item,
  readItem,
  readItems,
  readToldItems,
  readToldMessages,
} from "./outbox-pages.ts";
import { type Outcome, sendChecks } from "./send-checks.ts";
import { planSends, type SendPlan, TROUBLE_NAMES, TROUBLES } from "./send-plan.ts";
import { type Asked, askFor } from "./sending-client.ts";
import { CONVERSATIONS, type SendsStage, setUpSends } from "./sends-stage.ts";
import { countSentRows, readSentRows } from "./sent-rows.ts";

/** How large a run is. */
export interface SendsOptions {
  seed: number;
  sends: number;
  kills: number;
  say?: Say;
}

export const FULL_SENDS = { sends: 1_000, kills: 20 } as const;
/** For every push: under three quarters of a minute. */
export const SHORT_SENDS = { sends: 100, kills: 4 } as const;

const CLIENTS = 8;
/** Clients ask for no more while so many wait for their rows, or the kills would meet nobody who asks. */
const BACKLOG = 80;
const PROGRESS_MS = 5_000;
const COUNT_EVERY_MS = 150;
/** When nothing has ended for so long, nothing will: longer than the two waits for a row that never comes. */
const STALLED_MS = 130_000;
/** No osascript is at work any more when nothing has ended for so long. */
const LEFT_OVER_MS = 5_000;
/** What was read is known to the outbox long before. */
const RECEIPTS_MS = 10_000;

/**
 * Several clients send, each under a key, while the gateway is killed and osascript fails, and checks that nothing was
 * sent twice and that every item ended as chat.db says. Says what happened; the counts are those of the checks.
 */
export async function runSends(options: SendsOptions): Promise<Counts> {
  const say = options.say ?? sayOnScreen;
  const { seed, sends, kills } = options;
  say(`Sends: seed ${seed}, ${sends} sends to ${CONVERSATIONS} conversations, ${kills} kills`);
  return runHarness({
    name: "sends",
    again: `npm run test:sends -- --seed ${seed} --sends ${sends} --kills ${kills}`,
    say,
    play: (folder, endings) => play(options, folder, endings, say),
  });
}

async function play(options: SendsOptions, folder: string, endings: Endings, say: Say): Promise<Check[]> {
  const plan = planSends({ ...options, conversations: CONVERSATIONS });
  const started = performance.now();
  const over = new AbortController();
  endings.push(() => over.abort());
  const stage = await setUpSends(plan, folder, endings);
  const { gateway } = stage;
  const asked: Asked[] = [];
  let killed = 0;
  const rows = countedNowAndThen(() => countSentRows(stage.chatDb, stage.lastRow));
  const progress = setInterval(() => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    say(`  ${seconds.padStart(4)} s  ${asked.length} accepted, ${rows()} rows, ${killed} kills`);
  }, PROGRESS_MS);
  endings.push(() => clearInterval(progress));

  await Promise.all([
    sendAll(plan, stage, asked, () => asked.length - rows() < BACKLOG, over.signal),
    killAsPlanned(plan.kills, gateway, {
      written: rows,
      killed: () => {
        killed += 1;
      },
      over: over.signal,
    }),
  ]);
  await everythingHasEnded(stage, over.signal);
  const items = await receiptsAreKnown(stage, over.signal);
  const [told, toldMessages] = [await readToldItems(gateway), await readToldMessages(gateway)];

  // A stop in peace and another start change nothing.
  const stoppedWith = await gateway.stop();
  gateway.start();
  await gateway.ready();
  const again = await readItems(gateway);
  const one = items[Math.floor(items.length / 2)];
  const alone = one === undefined ? null : await readItem(gateway, one.id);
  const health = await ask(gateway, "/health");
  const endedWith = await gateway.stop();
  clearInterval(progress);

  const met = stage.met();
  const dark = TROUBLE_NAMES.filter((name) => TROUBLES[name].isDark);
  const outcome: Outcome = {
    asked,
    isTo: (conversation, id) => identifier(stage.recipients[conversation] ?? "") === identifier(id),
    items,
    rows: readSentRows(stage.chatDb, stage.lastRow),
    told,
    toldMessages,
    dark: killed + dark.reduce((sum, name) => sum + (met.get(name) ?? 0), 0),
  };
  summarize(outcome, stage, killed, performance.now() - started, say);
  const errors = gateway.complaints().filter((line) => line.startsWith("error:"));
  return [
    ...sendChecks(outcome),
    check("another start changes nothing", different(items, again)),
    check("an item alone is as it is in the list", different(one ? [one] : [], alone ? [alone] : [])),
    check("the gateway stops in peace", [stoppedWith, endedWith].filter((code) => code !== 0).map(String)),
    check("it is well at the end", health.includes('"status":"ok"') ? [] : [health]),
    check("it writes no error into its log", errors),
  ];
}

/** Many ask, and a count costs a few milliseconds. */
function countedNowAndThen(count: () => number): () => number {
  let known = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - countedAt > COUNT_EVERY_MS) {
      known = count();
      countedAt = performance.now();
    }
    return known;
  };
}

/** Each client takes the next send when its last one was answered. */
async function sendAll(
  { sends }: SendPlan,
  { gateway, recipients }: SendsStage,
  asked: Asked[],
  isTime: () => boolean,
  over: AbortSignal,
): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let send = sends[next]; send !== undefined; send = sends[next]) {
      next += 1;
      await until("rows to come", isTime, over);
      asked.push(await askFor(gateway, send, recipients[send.to] ?? "", over));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Waits until nothing is on its way any more. What never ends is for the checks to say. */
async function everythingHasEnded({ gateway, sendLeftOvers }: SendsStage, over: AbortSignal): Promise<void> {
  let last = -1;
  let movedAt = performance.now();
  await until(
    "every item to end",
    async () => {
      const open = await countOpen(gateway);
      if (open !== last) movedAt = performance.now();
      last = open;
      if (performance.now() - movedAt > LEFT_OVER_MS) sendLeftOvers();
      await pause(300);
      return open === 0 || performance.now() - movedAt > STALLED_MS;
    },
    over,
  );
}

/** Reads the items once the outbox knows what was delivered and read, or should have known by now. */
async function receiptsAreKnown(
  { gateway, chatDb, lastRow }: SendsStage,
  over: AbortSignal,
): Promise<Item[]> {
  const began = performance.now();
  let items: Item[] = [];
  let before = "";
  await until(
    "receipts",
    async () => {
      await pause(700);
      items = await readItems(gateway);
      const now = JSON.stringify([items, readSentRows(chatDb, lastRow)]);
      const isStill = now === before;
      before = now;
      return (isStill && performance.now() - began > 4_000) || performance.now() - began > RECEIPTS_MS;
    },
    over,
  );
  return items;
}

function different(items: readonly Item[], others: readonly Item[]): string[] {
  const byId = new Map(others.map((item) => [item.id, JSON.stringify(item)]));
  const changed = items.filter((item) => byId.get(item.id) !== JSON.stringify(item));
  return [
    ...changed.map((item) => `${JSON.stringify(item)} is ${byId.get(item.id)}`),
    ...(items.length === others.length ? [] : [`${items.length} items are ${others.length}`]),
  ];
}

/** The part of an address or of a conversation's id that every spelling shares. */
const identifier = (id: string): string => id.split(";").at(-1) ?? id;

function summarize(
  { asked, items, rows, told }: Outcome,
  { met }: SendsStage,
  killed: number,
  ms: number,
  say: Say,
): void {
  const line = (count: number, what: string) => say(`  ${String(count).padStart(5)}  ${what}`);
  const seconds = (ms / 1_000).toFixed(1);
  say(`  ${asked.length} sends in ${seconds} s; the gateway was killed ${killed} times`);
  const answers = Object.entries(
    Object.groupBy(
      asked.flatMap((one) => one.answers),
      (answer) => answer,
    ),
  );
  for (const [answer, all] of answers) line(all?.length ?? 0, answer === "200" ? "answered 200" : answer);
  line(items.length, "items");
  const states = Object.entries(Object.groupBy(items, ({ state }) => state));
  for (const [state, all] of states) line(all?.length ?? 0, `are ${state}`);
  line(rows.length, "rows in chat.db");
  line(told.length, "outbox.updated events");
  const counts = met();
  for (const name of TROUBLE_NAMES) line(counts.get(name) ?? 0, name);
}
