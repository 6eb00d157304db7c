import type { EventLine } from "../control.ts";
import type { Status } from "../status.ts";

/** A gateway that is well, on a Friday at two: what tests and pictures start from. */
export const SAMPLE_NOW = Date.UTC(2026, 2, 13, 14, 2, 52);

/** The status at `SAMPLE_NOW`, with whatever a test wants otherwise. */
export function sampleStatus(other: Partial<Status> = {}): Status {
  return {
    mode: "real",
    version: "0.1.0",
    startedAt: Date.UTC(2026, 2, 13, 8, 12),
    host: "127.0.0.1",
    port: 3001,
    url: "http://127.0.0.1:3001",
    reading: {
      problem: null,
      since: null,
      path: "/Users/me/Library/Messages/chat.db",
      messages: 214_806,
      lastMessageAt: SAMPLE_NOW - 40_000,
      latencyMs: 9,
    },
    sending: { problem: null, since: null, waiting: 0, sentThisHour: 12 },
    webhooks: { on: 3, off: 0, failing: [], switchedOff: [], waiting: 0, dead: 0, deliveredToday: 1842 },
    permissions: { fullDiskAccess: "on", automation: "on", accessibility: "off" },
    hours: [],
    latency: [],
    ...other,
  };
}

/** A message that came in at `SAMPLE_NOW`, as a line of the window, with whatever a test wants otherwise. */
export function sampleLine(other: Partial<EventLine> = {}): EventLine {
  return {
    id: "evt_1",
    seq: 1,
    type: "message.received",
    at: SAMPLE_NOW,
    person: "Maya",
    isFromMe: false,
    kind: "message",
    text: "Hi",
    attachments: 0,
    votes: 0,
    reaction: null,
    emoji: null,
    change: null,
    by: null,
    outbox: null,
    ...other,
  };
}
