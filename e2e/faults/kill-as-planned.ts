import type { Kill } from "./fault-plan.ts";
import { pause, until } from "./harness.ts";
import type { KillableGateway } from "./killable-gateway.ts";

/** Kills the gateway whenever as much is `written` as the plan says, and starts it again. */
export async function killAsPlanned(
  kills: readonly Kill[],
  gateway: KillableGateway,
  on: { written(): number; killed(): void; over: AbortSignal },
): Promise<void> {
  for (const { afterMessages, delayMs, downMs, againAfterMs } of kills) {
    await until(`${afterMessages} messages to be written`, () => on.written() >= afterMessages, on.over);
    await pause(delayMs);
    for (const next of [againAfterMs, null]) {
      await gateway.kill();
      on.killed();
      await pause(downMs);
      on.over.throwIfAborted();
      gateway.start();
      if (next === null) break;
      await pause(next);
    }
    await gateway.ready();
  }
}
