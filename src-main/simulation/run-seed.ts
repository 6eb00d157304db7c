import { calmDown, checkEverything } from "./calm.ts";
import { Killed } from "./life.ts";
import { openWorld } from "./open-world.ts";
import { playScript } from "./script.ts";
import type { Templates } from "./templates.ts";
import type { World } from "./world.ts";

/** How a seed ended. */
export interface SeedResult {
  seed: number;
  /** What went wrong; empty when nothing did. */
  violations: string[];
  /** How often what happened. */
  happened: Record<string, number>;
  /** The virtual time that passed, in ms. */
  lived: number;
  /** The events, in order, as one number: the same seed has the same. */
  digest: string;
}

let running: World | null = null;

// What a dead process leaves behind may still be rejected; anything else would have ended a real one.
process.on("unhandledRejection", (thrown) => {
  if (thrown instanceof Killed) return;
  if (running === null) throw thrown;
  running.violation(`unhandled rejection: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
});

/** Plays one seed from its beginning to its end. */
export async function runSeed(
  seed: number,
  templates: Templates,
  write: ((line: string) => void) | null = null,
): Promise<SeedResult> {
  const world = openWorld(seed, templates, write);
  running = world;
  try {
    await playScript(world);
    if (world.violations.length === 0) await calmDown(world);
    if (world.violations.length === 0) checkEverything(world);
  } catch (thrown) {
    world.violation(`the simulation broke: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  } finally {
    running = null;
    world.end();
  }
  return {
    seed,
    violations: [...world.violations],
    happened: Object.fromEntries(world.counts),
    lived: world.time.clock.monotonic(),
    digest: world.digest(),
  };
}
