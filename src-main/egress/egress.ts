import type { Outbound } from "../ports/outbound.ts";
import { type OutboundOptions, openOutbound } from "./outbound.ts";
import { checkTarget } from "./target.ts";

/** The one way out, and who may be put down as somebody to be told. */
export interface Egress {
  outbound: Outbound;
  /** Throws a Fault for a target that nothing may be sent to, or (`local`) that the caller may not name. */
  checkTarget(url: string, allowed: { local: boolean }): Promise<{ isLocal: boolean }>;
}

/** Both by the same rules. */
export function openEgress(options: OutboundOptions): Egress {
  const { network, isOwnPort } = options;
  return {
    outbound: openOutbound(options),
    checkTarget: (url, { local }) =>
      checkTarget(url, { network, isOwnPort, allowed: options.allowed(), local }),
  };
}
