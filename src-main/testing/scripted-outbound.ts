import { NoAnswer, type Outbound, type OutboundAnswer, type OutboundPost } from "../ports/outbound.ts";

/** A request that went out and waits for what the test has it answered with. */
export interface Outgoing extends OutboundPost {
  /** The event's sequence, out of the body. */
  seq: number;
  answer(status: number, retryAfter?: string): void;
  /** No answer came. */
  fail(): void;
}

/** Outgoing HTTP that ends when the test says, or at once where `always` says how. */
export function scriptedOutbound(always?: (request: OutboundPost) => number | "hang" | "fail"): Outbound & {
  sent: Outgoing[];
  inFlight(): number;
  /** The pools that were let go of. */
  forgotten: string[];
} {
  const sent: Outgoing[] = [];
  const forgotten: string[] = [];
  let inFlight = 0;
  return {
    sent,
    forgotten,
    inFlight: () => inFlight,
    forget: (pool) => void forgotten.push(pool),
    close: () => {},
    post(request) {
      inFlight += 1;
      return new Promise<OutboundAnswer>((resolve, reject) => {
        const body: unknown = JSON.parse(request.body);
        const seq = Number(body !== null && typeof body === "object" ? Reflect.get(body, "seq") : Number.NaN);
        let isOpen = true;
        const end = (): boolean => {
          const wasOpen = isOpen;
          if (wasOpen) inFlight -= 1;
          isOpen = false;
          return wasOpen;
        };
        const answer = (status: number, retryAfter?: string): void => {
          const headers: Record<string, string> =
            retryAfter === undefined ? {} : { "retry-after": retryAfter };
          if (end()) resolve({ status, headers, text: status === 204 ? "" : `answered ${status}` });
        };
        const fail = (): void => {
          if (end()) reject(new NoAnswer("refused", "the connection was refused"));
        };
        request.signal?.addEventListener("abort", () => {
          if (end()) reject(new NoAnswer("aborted", "it was given up"));
        });
        sent.push({ ...request, seq, answer, fail });
        const how = always?.(request);
        if (typeof how === "number") answer(how);
        if (how === "fail") fail();
      });
    },
  };
}
