import type { Counts } from "../../scripts/counts.ts";
import { type Say, say as sayOnScreen } from "../../scripts/root.ts";
import { ask, readPages } from "./asking.ts";
import { type Check, check, endpointChecks, followerChecks, identityCheck } from "./checks.ts";
import { FAULTS, planFaults } from "./fault-plan.ts";
import type { FaultyReceiver } from "./faulty-receiver.ts";
import { type Endings, runHarness, until } from "./harness.ts";
import { killAsPlanned } from "./kill-as-planned.ts";
import { type Stage, setUp, write } from "./stage.ts";

/** How large a run is. */
export interface FaultsOptions {
  seed: number;
  messages: number;
  kills: number;
  /** Requests that one of the receivers does not answer as it should. */
  faults: number;
  say?: Say;
}

export const FULL = { messages: 10_000, kills: 20, faults: 60 } as const;
/** For every push: under half a minute. */
export const SHORT = { messages: 1_500, kills: 5, faults: 10 } as const;

const PROGRESS_MS = 5_000;
/** When nothing at all has moved for so long, nothing will: longer than an endpoint's rest after four faults. */
const STALLED_MS = 60_000;

/**
 * Writes messages while the gateway is killed and its receivers fail, and checks that everybody was told of each, in
 * order, under one id. Says what happened; the counts are those of the checks. Whatever it starts, it ends.
 */
export async function runFaults(options: FaultsOptions): Promise<Counts> {
  const say = options.say ?? sayOnScreen;
  const { seed, messages, kills, faults } = options;
  const again = `npm run test:faults -- --seed ${seed} --messages ${messages} --kills ${kills} --faults ${faults}`;
  say(`Faults: seed ${seed}, ${messages} messages, ${kills} kills, ${faults} faults`);
  return runHarness({
    name: "faults",
    again,
    say,
    play: (folder, endings) => play(options, folder, endings, say),
  });
}

async function play(options: FaultsOptions, folder: string, endings: Endings, say: Say): Promise<Check[]> {
  const plan = planFaults(options);
  const started = performance.now();
  const over = new AbortController();
  endings.push(() => over.abort());
  const stage = await setUp(plan, folder, endings);
  const { gateway, faulty, healthy, written } = stage;
  let killed = 0;
  const progress = setInterval(() => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    say(
      `  ${seconds.padStart(4)} s  ${written.length} written, ${faulty.guids.size} and ${healthy.guids.size} told,` +
        ` ${killed} kills, ${faulty.failed()} failed answers`,
    );
  }, PROGRESS_MS);
  endings.push(() => clearInterval(progress));

  const countKill = (): void => {
    killed += 1;
  };
  await Promise.all([
    write(stage, options.messages, options.seed, endings),
    killAsPlanned(plan.kills, stage.gateway, {
      written: () => stage.written.length,
      killed: countKill,
      over: over.signal,
    }),
  ]);
  await everythingIsIn(stage, over.signal);

  // A stop in peace, and one more message: had anything been left in a queue, it would come before that one.
  const stoppedWith = await gateway.stop();
  gateway.start();
  await gateway.ready();
  await write(stage, 1, options.seed + 1, endings);
  await everythingIsIn(stage, over.signal);
  const pages = await readPages(gateway);
  const health = await ask(gateway, "/health");
  for (const { follower } of stage.followers) follower.stop();
  const endedWith = await gateway.stop();
  clearInterval(progress);

  summarize(stage, killed, performance.now() - started, say);
  const everywhere = [
    faulty.arrivals,
    healthy.arrivals,
    ...stage.followers.map(({ follower }) => follower.seen),
  ];
  const errors = gateway.complaints().filter((line) => line.startsWith("error:"));
  return [
    ...endpointChecks("the faulty endpoint", faulty, written, killed),
    ...endpointChecks("the healthy endpoint", healthy, written, killed),
    ...stage.followers.flatMap(({ name, follower, hasAll }) =>
      followerChecks(name, follower.seen, written, hasAll),
    ),
    ...followerChecks("the journal's pages", pages, written, true),
    identityCheck([...everywhere, pages]),
    check("the gateway stops in peace", [stoppedWith, endedWith].filter((code) => code !== 0).map(String)),
    check("it is well at the end", health.includes('"status":"ok"') ? [] : [health]),
    check("it writes no error into its log", errors),
  ];
}

/** Waits until each endpoint, and whoever follows without a gap, has every message. */
async function everythingIsIn(stage: Stage, over: AbortSignal): Promise<void> {
  const { faulty, healthy, written, followers } = stage;
  const counts = (): number[] => [
    faulty.guids.size,
    healthy.guids.size,
    ...followers.filter(({ hasAll }) => hasAll).map(({ follower }) => follower.seen.length),
  ];
  let last = "";
  let movedAt = performance.now();
  // What does not come at all is for the checks to say.
  const isIn = (): boolean => {
    const now = counts();
    if (String(now) !== last) movedAt = performance.now();
    last = String(now);
    return now.every((count) => count >= written.length) || performance.now() - movedAt > STALLED_MS;
  };
  await until("everything to be told", isIn, over);
}

function summarize(stage: Stage, killed: number, ms: number, say: Say): void {
  const { faulty, healthy, written, followers } = stage;
  const seconds = (ms / 1_000).toFixed(1);
  say(`  ${written.length} messages in ${seconds} s; the gateway was killed ${killed} times`);
  const repeats = ({ arrivals, guids }: FaultyReceiver) => arrivals.length - guids.size;
  say(`  repeats: ${repeats(faulty)} at the faulty endpoint, ${repeats(healthy)} at the healthy one`);
  for (const fault of FAULTS) say(`  ${String(faulty.counts.get(fault) ?? 0).padStart(4)}  ${fault}`);
  for (const { name, follower } of followers) {
    say(`  ${name}: ${follower.seen.length} events over ${follower.connections()} connections`);
  }
}
