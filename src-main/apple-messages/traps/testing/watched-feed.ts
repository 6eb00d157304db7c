import { onTestFinished } from "vitest";
import { openFingerprints } from "../../../journal/fingerprints.ts";
import type { Ports } from "../../../ports/ports.ts";
import { realPorts } from "../../../ports/real.ts";
import { ownDatabase } from "../../../testing/own-database.ts";
import { temporaryFolder } from "../../../testing/temporary-folder.ts";
import type { Change } from "../../change.ts";
import { keepChatDb } from "../../chat-db.ts";
import { startChangeFeed } from "../../feed/change-feed.ts";
import { type Watch, watchFiles } from "../../watcher.ts";

/** So long that no test sees the safety poll. */
export const NO_POLL_MS = 3_600_000;

/** The feed with the system's own file watch, in real time, and without the safety poll. */
export function watchedFeed(
  path: string,
  options: Partial<Pick<Ports, "clock" | "timers">> & { watch?: Watch; pollIntervalMs?: number } = {},
) {
  const { clock, timers } = { ...realPorts(), ...options };
  const chatDb = keepChatDb(path, clock);
  const memory = openFingerprints(ownDatabase(temporaryFolder()).database);
  const changes: Change[] = [];
  const latencies: number[] = [];
  let commits = 0;
  const feed = startChangeFeed({
    chatDb,
    clock,
    timers,
    watch: options.watch ?? watchFiles,
    pollIntervalMs: options.pollIntervalMs ?? NO_POLL_MS,
    remembered: null,
    memory,
    commit(step) {
      commits += 1;
      memory.record(step);
      changes.push(...step.changes);
      if (step.latencyMs !== null) latencies.push(step.latencyMs);
    },
    complain(thrown) {
      throw thrown;
    },
    damaged: () => {},
  });
  onTestFinished(() => {
    feed.stop();
    chatDb.close();
  });
  return {
    feed,
    chatDb,
    changes,
    /** From a write to its change, in ms. */
    latencies,
    commits: () => commits,
    said: () => changes.map(({ data }) => ("body" in data ? data.body : null)),
  };
}
