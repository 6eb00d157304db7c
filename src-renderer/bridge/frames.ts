import { z } from "zod";
import { Push } from "../../src-shared/control.ts";

const Answered = z.union([
  z.object({ id: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({
    id: z.int(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
]);

/** What comes over the socket: the answer to a call, or a push. */
export type Frame = { kind: "answer"; answer: z.infer<typeof Answered> } | { kind: "push"; push: Push };

/** Reads one frame; null when it is none that this window knows. */
export function readFrame(data: unknown): Frame | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const answer = Answered.safeParse(value);
  if (answer.success) return { kind: "answer", answer: answer.data };
  const push = Push.safeParse(value);
  return push.success ? { kind: "push", push: push.data } : null;
}
