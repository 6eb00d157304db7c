import { z } from "zod";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** Every setting, its default and its one-sentence help. `config.json` holds what differs from the defaults. */
export const Settings = z.object({
  host: z.string().min(1).default("127.0.0.1").describe("The address the gateway listens on."),
  port: z.int().min(0).max(65_535).default(3001).describe("The port; 0 takes any free one."),
  rateLimit: z
    .int()
    .min(0)
    .default(60)
    .describe("Requests a minute for each API key; 0 switches the limit off."),
  pollIntervalMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe("How often chat.db is looked at even when nothing seems to have changed, in milliseconds."),
  sendWaitMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(3000)
    .describe("How long a send waits for its row in chat.db before it answers, in milliseconds."),
  sendingPausedAt: z
    .int()
    .nullable()
    .default(null)
    .describe("Since when sending is paused, in milliseconds since 1970; messages wait in the outbox."),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Further names under which the gateway may be called, beside localhost."),
  logLevel: z.enum(LOG_LEVELS).default("info").describe("The least severe line that is logged."),
});
export type Settings = z.infer<typeof Settings>;
