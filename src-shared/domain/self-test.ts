import { z } from "zod";

/** What the self-test looks at, in this order. */
export const SELF_TEST_STEPS = ["reading", "automation", "line", "sending", "row", "event"] as const;

/** One step: what it came to, how long it took (ms), what was seen, and what to do where it failed. */
export const SelfTestStep = z.object({
  name: z.enum(SELF_TEST_STEPS),
  outcome: z.enum(["passed", "failed", "skipped"]),
  tookMs: z.number(),
  sentence: z.string(),
  /** What mends it, in words; null where nothing need be mended. */
  fix: z.string().nullable(),
  /** The pane of System Settings where it is mended. */
  pane: z.string().nullable(),
});
export type SelfTestStep = z.infer<typeof SelfTestStep>;

/** A message sent to oneself, followed through the whole way. */
export const SelfTest = z.object({
  passed: z.boolean(),
  /** When it began, in ms since 1970. */
  at: z.int(),
  tookMs: z.number(),
  /** The phone number or Apple ID that it was sent to; null when it did not come to that. */
  line: z.string().nullable(),
  /** Its outbox item; null when it did not come to that. */
  outboxId: z.string().nullable(),
  steps: z.array(SelfTestStep),
});
export type SelfTest = z.infer<typeof SelfTest>;
