import type { Outbound, OutboundAnswer, OutboundPost } from "../ports/outbound.ts";

/** A request that went out and waits for what the test has it answered with. */
export interface Outgoing extends OutboundPost {
  /** The event's sequence, out of the body. */
  seq: number;
  answer(status: number, retryAfter?: string): void;
  /** No answer came. */
  fail(): void;
}

/** Outgoing HTTP that ends when the test says, or at once where `always` says how. */
export function scriptedOutbound(always?: (request: OutboundPost) => number | "hang"): Outbound & {
  sent: Outgoing[];
  inFlight(): number;
} {
  const sent: Outgoing[] = [];
  let inFlight = 0;
  return {
    sent,
    inFlight: () => inFlight,
    post(request) {
      inFlight += 1;
      return new Promise<OutboundAnswer>((resolve, reject) => {
        const body: unknown = JSON.parse(request.body);
        const seq = Number(body !== null && typeof body === "object" ? Reflect.get(body, "seq") : Number.NaN);
        const answer = (status: number, retryAfter?: string): void => {
          inFlight -= 1;
          resolve({ status, retryAfter: retryAfter ?? null });
        };
        const fail = (): void => {
          inFlight -= 1;
          reject(new Error("refused"));
        };
        request.signal?.addEventListener("abort", fail);
        sent.push({ ...request, seq, answer, fail });
        const status = always?.(request);
        if (typeof status === "number") answer(status);
      });
    },
  };
}
