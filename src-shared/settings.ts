import { z } from "zod";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** A whole number within limits; a refusal names them. */
const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** Every setting, its default and its one-sentence help. `config.json` holds what differs from the defaults. */
export const Settings = z.object({
  host: z.string().min(1).default("127.0.0.1").describe("The address the gateway listens on."),
  port: whole(0, 65_535).default(3001).describe("The port; 0 takes any free one."),
  rateLimit: whole(0, 1_000_000)
    .default(60)
    .describe("Requests a minute for each API key; 0 switches the limit off."),
  pollIntervalMs: whole(50, 60_000)
    .default(1000)
    .describe("How often chat.db is looked at even when nothing seems to have changed, in milliseconds."),
  sendWaitMs: whole(0, 60_000)
    .default(3000)
    .describe("How long a send waits for its row in chat.db before it answers, in milliseconds."),
  sendingPausedAt: z
    .int()
    .nullable()
    .default(null)
    .describe("Since when sending is paused, in milliseconds since 1970; messages wait in the outbox."),
  mayWriteTo: z
    .enum(["everyone", "wrote_first", "listed"])
    .default("everyone")
    .describe("Who may be written to: everyone, people who wrote first, or those who are listed."),
  mayWriteToListed: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "The phone numbers, Apple IDs and conversation ids that may be written to, where only those may.",
    ),
  sendsPerHour: whole(0, 100_000)
    .default(0)
    .describe(
      "Sends an hour, to everybody together; 0 for no limit. Apple has blocked an account at about 200.",
    ),
  sendsPerHourToOne: whole(0, 100_000)
    .default(0)
    .describe("Of these to one person or group; 0 for no limit."),
  dryRun: z.boolean().default(false).describe("Everything is done but the sending itself."),
  accessibilityActions: z
    .boolean()
    .default(false)
    .describe(
      "Tapbacks, replies, typing, marking read, edits and unsends, by moving the Messages window; experimental.",
    ),
  allowedFolders: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Folders whose files may be sent by path; empty for Pictures, Downloads, Desktop, Documents and the temporary folder.",
    ),
  eventsKeptDays: whole(1, 3_650)
    .default(7)
    .describe(
      "How many days an event is kept in the journal; one that waits to be delivered is kept longer.",
    ),
  eventsKept: whole(1_000, 100_000_000)
    .default(100_000)
    .describe(
      "How many events are kept in the journal at most; those that wait to be delivered count extra.",
    ),
  deliverForDays: whole(1, 365)
    .default(3)
    .describe(
      "How many days a webhook that does not answer is told of an event before that delivery is given up.",
    ),
  webhookTimeoutMs: whole(100, 120_000)
    .default(15_000)
    .describe("How long a webhook may take to answer, in milliseconds."),
  egressAllowed: z
    .array(z.string())
    .default([])
    .describe(
      "Hosts (example.com, *.example.com) and networks (10.0.0.0/8) that alone may be reached; empty for all.",
    ),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("Further names under which the gateway may be called, beside localhost."),
  logLevel: z.enum(LOG_LEVELS).default("info").describe("The least severe line that is logged."),
});
export type Settings = z.infer<typeof Settings>;
