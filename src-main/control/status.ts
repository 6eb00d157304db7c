import type { Settings } from "../../src-shared/settings.ts";
import type { Mode, ReadingProblem, Status } from "../../src-shared/status.ts";
import { endpointName } from "../../src-shared/words/activity-words.ts";
import type { ChatDb } from "../apple-messages/chat-db.ts";
import type { Latency } from "../observability/latency.ts";
import type { Clock } from "../ports/clock.ts";
import type { Outbox } from "../sending/outbox/outbox.ts";
import type { WebhookFigures } from "../webhooks/webhook-figures.ts";
import { readingFigures } from "./reading-figures.ts";

export interface StatusSources {
  mode: Mode;
  /** Whether Messages on this Mac is driven: then, and only then, permissions matter. */
  needsPermissions: boolean;
  version: string;
  startedAt: number;
  address(): { host: string; port: number; url: string };
  chatDb: ChatDb;
  /** What keeps chat.db from being read or recorded, and since when. */
  trouble(): { problem: ReadingProblem; since: number } | null;
  outbox: Outbox;
  canSend: boolean;
  webhooks: WebhookFigures;
  latency: Latency;
  settings(): Settings;
  clock: Clock;
}

type Sends = ReturnType<Outbox["counts"]>;

/** Makes a function that gathers the facts the window and the tray show. */
export function statusReader(sources: StatusSources): () => Status {
  const { chatDb, clock } = sources;
  const figures = readingFigures(chatDb, clock);
  return () => {
    const { messages, lastMessageAt, hours } = figures();
    // After the figures: asking them is what finds out about trouble.
    const trouble = sources.trouble();
    const sends = sources.outbox.counts();
    return {
      mode: sources.mode,
      version: sources.version,
      startedAt: sources.startedAt,
      ...sources.address(),
      reading: {
        problem: trouble?.problem ?? null,
        since: trouble?.since ?? null,
        path: chatDb.path,
        messages,
        lastMessageAt,
        latencyMs: sources.latency.median(),
      },
      sending: sendingOf(sources, sends, trouble?.since ?? null),
      webhooks: webhooksOf(sources.webhooks),
      permissions: permissionsOf(sources, sends, trouble?.problem ?? null),
      hours,
      latency: sources.latency.points(),
    };
  };
}

function sendingOf(sources: StatusSources, sends: Sends, readingOffSince: number | null): Status["sending"] {
  const pausedAt = sources.settings().sendingPausedAt;
  const figures = { waiting: sends.waiting, sentThisHour: sends.sent };
  if (!sources.canSend) return { problem: "no_sender", since: null, ...figures };
  if (pausedAt !== null) return { problem: "paused", since: pausedAt, ...figures };
  if (sources.outbox.denied()) return { problem: "automation_denied", since: null, ...figures };
  if (readingOffSince !== null) return { problem: "reading_off", since: readingOffSince, ...figures };
  return { problem: null, since: null, ...figures };
}

function webhooksOf(figures: WebhookFigures): Status["webhooks"] {
  const { on, off, failing, switchedOff, waiting, dead, deliveredToday } = figures.totals();
  return {
    on,
    off,
    failing: failing.map(({ webhook, status, since }) => ({ name: endpointName(webhook), status, since })),
    switchedOff: switchedOff.map(({ webhook, because, at }) => ({
      name: endpointName(webhook),
      because,
      at,
    })),
    waiting,
    dead,
    deliveredToday,
  };
}

function permissionsOf(
  sources: StatusSources,
  sends: Sends,
  problem: ReadingProblem | null,
): Status["permissions"] {
  if (!sources.needsPermissions) {
    return { fullDiskAccess: "not_needed", automation: "not_needed", accessibility: "not_needed" };
  }
  // What was read could be opened, also when it then could not be recorded.
  const isRead = problem === null || problem === "unrecorded";
  return {
    fullDiskAccess: isRead ? "on" : problem === "refused" ? "off" : "unknown",
    automation: sources.outbox.denied() ? "off" : sends.sent > 0 ? "on" : "unknown",
    accessibility: "off",
  };
}
