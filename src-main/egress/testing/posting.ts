import { onTestFinished } from "vitest";
import type { Network } from "../../ports/network.ts";
import type { Outbound, OutboundAnswer, OutboundPost } from "../../ports/outbound.ts";
import { realPorts } from "../../ports/real.ts";
import { openOutbound } from "../outbound.ts";

/** The client under test, and how a test asks it for something. */
export interface Posting {
  outbound: Outbound;
  /** Posts `{}`, to this machine too and within five seconds, unless told otherwise. */
  post(url: string, order?: Partial<OutboundPost>): Promise<OutboundAnswer>;
}

/** Opens the client on a network; it is closed when the test ends. */
export function posting(
  network: Network,
  options: { ownPort?: number; allowed?: () => readonly string[]; idleMs?: number } = {},
): Posting {
  const outbound = openOutbound({
    network,
    timers: realPorts().timers,
    isOwnPort: (port) => port === options.ownPort,
    allowed: options.allowed ?? (() => []),
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
  });
  onTestFinished(() => outbound.close());
  return {
    outbound,
    post: (url, order = {}) =>
      outbound.post({ url, headers: {}, body: "{}", timeoutMs: 5_000, pool: "one", local: true, ...order }),
  };
}
