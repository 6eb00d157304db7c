import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { runSeed } from "../src-main/simulation/run-seed.ts";
import { makeTemplates } from "../src-main/simulation/templates.ts";
import type { Portion, PortionResult } from "../src-main/simulation/worker.ts";
import { childEnv } from "./child.ts";
import type { Counts } from "./counts.ts";
import { inRoot, say } from "./root.ts";

const SEEDS = 2_000;
const WORKERS = 2;
const PORTION = 25;
/** From so many seeds on every kind of trouble must have happened. */
const ENOUGH = 1_000;
/** A portion that takes longer goes round in circles. */
const PORTION_MS = 120_000;
/** More failures than that say nothing new. */
const MOST_SHOWN = 5;

/** What must have happened in a run, or it proved less than it says. */
const MUST_HAPPEN = [
  "crash",
  "power failure",
  "unsynced log cut",
  "died before commit",
  "died after commit",
  "died before publish",
  "died after publish",
  "died after post",
  "died before answer",
  "died after answer",
  "died after sink",
  "torn commit",
  "refused write",
  "failed start",
  "orderly stop",
  "clock forward",
  "clock back",
  "backup put back",
  "chat.db rebuilt",
  "hang",
  "reset",
  "refusal",
  "gone",
  "repeat",
  "catch up",
  "expired",
  "too slow",
  "webhook: resend what failed",
  "crash in dispatch: before osascript",
  "crash in dispatch: while osascript was at work",
  "crash in dispatch: before its row",
  "order: equal text",
  "order: several parts",
  "order: file",
  "order: reply",
  "order: service asked",
  "order: dry run",
  "osascript: another target",
  "osascript: tried again",
  "osascript: taken slowly",
  "row: late",
  "row: after the deadline",
  "row: never",
  "row: empty",
  "row: with an error",
  "row: of an orphan",
  "typed by hand",
  "failed by an empty row",
  "failed, and sent after all",
  "unknown, and sent after all",
  "sent, and failed later",
  "sending paused",
  "person: retry in place",
  "person: retry as a copy",
  "person: cancel",
  "part superseded, and sent after all",
  "part ended: sent",
  "part ended: delivered",
  "part ended: read",
  "part ended: failed",
  "part ended: unknown",
  "part ended: dry_run",
];

interface Totals extends PortionResult {
  /** Workers that ended before their work did. */
  broken: number;
}

/** Plays `count` seeds from `from` on in two processes, says how it went, and counts. */
export async function runSimulation({ from = 1, count = SEEDS } = {}): Promise<Counts> {
  const began = performance.now();
  const totals: Totals = { count: 0, failed: [], happened: {}, lived: 0, broken: 0 };
  const portions: Portion[] = [];
  for (let at = from; at < from + count; at += PORTION) {
    portions.push({ from: at, count: Math.min(PORTION, from + count - at) });
  }
  const done = (result: PortionResult): void => {
    const before = totals.count;
    add(totals, result);
    const quarter = Math.ceil(count / 4);
    if (Math.floor(before / quarter) !== Math.floor(totals.count / quarter) && totals.count < count) {
      say(`${totals.count} of ${count} seeds, ${totals.failed.length} failed`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, () => work(portions, done, totals)));
  const missing = count < ENOUGH ? [] : MUST_HAPPEN.filter((what) => (totals.happened[what] ?? 0) === 0);
  for (const what of missing) say(`FAILED: “${what}” never happened, so nothing was proved of it`);
  say(summary(totals, performance.now() - began));
  const failed = totals.failed.length + missing.length + totals.broken;
  // However many seeds: it is one test, or as many failures as there are.
  return { passed: failed === 0 ? 1 : 0, failed, skipped: 0 };
}

/** One process that plays portions until none is left. */
function work(portions: Portion[], done: (result: PortionResult) => void, totals: Totals): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(inRoot("src-main", "simulation", "worker.ts"), { env: childEnv() });
    let limit: NodeJS.Timeout | undefined;
    const next = (): void => {
      clearTimeout(limit);
      const portion = portions.shift();
      if (portion === undefined) {
        child.disconnect();
        return;
      }
      child.send(portion);
      limit = setTimeout(() => {
        say(
          `FAILED: one of the seeds from ${portion.from} to ${portion.from + portion.count - 1} does not end`,
        );
        child.kill("SIGKILL");
      }, PORTION_MS);
    };
    let isOver = false;
    const end = (code: number | null): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      if (code !== 0) {
        totals.broken += 1;
        say(`FAILED: a process of the simulation ended with ${code}`);
      }
      resolve();
    };
    child.on("message", (result: PortionResult) => {
      done(result);
      next();
    });
    // More than once: also what is sent to one that has just ended fails.
    child.on("error", () => end(null));
    child.once("exit", end);
    next();
  });
}

function add(totals: Totals, { count, failed, happened, lived }: PortionResult): void {
  totals.count += count;
  totals.lived += lived;
  for (const [what, times] of Object.entries(happened)) {
    totals.happened[what] = (totals.happened[what] ?? 0) + times;
  }
  for (const { seed, violations } of failed) {
    totals.failed.push({ seed, violations });
    if (totals.failed.length > MOST_SHOWN) continue;
    say(`FAILED: seed ${seed}: ${violations[0] ?? ""}`);
    say(`  npm run test:sim -- --seed ${seed} --trace`);
  }
}

const DAY_MS = 86_400_000;

function summary({ count, failed, happened, lived }: Totals, tookMs: number): string {
  const times = (...whats: string[]): number => whats.reduce((sum, what) => sum + (happened[what] ?? 0), 0);
  return [
    `${count} seeds`,
    `${failed.length} failed`,
    `${(lived / DAY_MS).toFixed(1)} days lived`,
    `${times("commit")} commits of Messages (${times("torn commit")} torn)`,
    `${times("crash")} crashes`,
    `${times("power failure")} power failures`,
    `${times("refused write")} refused writes`,
    `${times("clock forward", "clock back")} clock jumps`,
    `${times("backup put back", "chat.db rebuilt")} databases replaced`,
    `${times("post")} requests (${times("repeat")} repeats)`,
    `${times("hang", "reset", "refusal", "gone")} bad answers`,
    `${times("send")} sends (${times("row: late", "row: after the deadline")} late rows, ${times("row: never")} never came)`,
    `${times("person: retry in place", "person: retry as a copy", "person: cancel")} retries and cancels`,
    `${times("connect")} connections (${times("expired")} expired, ${times("too slow")} too slow)`,
    `in ${(tookMs / 1_000).toFixed(1)} s`,
  ].join(", ");
}

/** Plays one seed alone, here, so that it can be watched or debugged. */
async function replay(seed: number, isTraced: boolean): Promise<boolean> {
  const templates = makeTemplates();
  try {
    const { violations, digest } = await runSeed(seed, templates, isTraced ? say : null);
    for (const violation of violations) say(`FAILED: seed ${seed}: ${violation}`);
    say(`seed ${seed}: ${violations.length === 0 ? "passed" : "failed"} (${digest})`);
    return violations.length === 0;
  } finally {
    templates.remove();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      seeds: { type: "string" },
      from: { type: "string" },
      trace: { type: "boolean", default: false },
    },
  });
  const passed =
    values.seed === undefined
      ? (await runSimulation({ from: Number(values.from ?? 1), count: Number(values.seeds ?? SEEDS) }))
          .failed === 0
      : await replay(Number(values.seed), values.trace);
  process.exitCode = passed ? 0 : 1;
}
