import { z } from "zod";
import { SELF_TEST_STEPS, type SelfTest } from "../../../src-shared/domain/self-test.ts";
import { type Route, route } from "../../http/route.ts";
import { wireTime } from "./translate-message.ts";

const SelfTestBody = z.strictObject({
  to: z
    .string({ error: "must be a phone number or Apple ID of this Mac" })
    .trim()
    .min(1, "must not be empty")
    .max(320, "is too long")
    .nullish(),
});

const WireSelfTest = z.object({
  passed: z.boolean(),
  at: z.string(),
  took_ms: z.number(),
  line: z.string().nullable(),
  outbox_id: z.string().nullable(),
  steps: z.array(
    z.object({
      name: z.enum(SELF_TEST_STEPS),
      outcome: z.enum(["passed", "failed", "skipped"]),
      took_ms: z.number(),
      sentence: z.string(),
      fix: z.string().nullable(),
      pane: z.string().nullable(),
    }),
  ),
});

function wireSelfTest({ passed, at, tookMs, line, outboxId, steps }: SelfTest): z.infer<typeof WireSelfTest> {
  return {
    passed,
    at: wireTime(at),
    took_ms: tookMs,
    line,
    outbox_id: outboxId,
    steps: steps.map(({ tookMs, ...step }) => ({ ...step, took_ms: tookMs })),
  };
}

/** + The first thing to run on a Mac: a message to oneself, followed through the whole way. */
export function selfTestRoute(
  prefix: string,
  selfTest: { run(options: { to: string | null; by: string }): Promise<SelfTest> },
): Route {
  return route({
    method: "POST",
    path: `${prefix}/self-test`,
    summary: "Sends a message to oneself and says of each step whether it worked, and what mends it.",
    scope: "messages:send",
    body: SelfTestBody,
    output: WireSelfTest,
    handler: async ({ body, key }) => wireSelfTest(await selfTest.run({ to: body.to ?? null, by: key.id })),
  });
}
