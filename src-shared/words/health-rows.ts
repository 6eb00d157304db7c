import type { Permission, Status } from "../status.ts";
import { lagWords, sinceWords } from "./moments.ts";
import { durationWords, figureWords } from "./numbers.ts";
import { readingProblemWords, sendingProblemWords } from "./problem-words.ts";
import type { RowShape } from "./shapes.ts";
import { webhookWords } from "./webhook-words.ts";

/** What a row offers; who draws it shows it only where it can be done. */
export interface RowAction {
  id: "resume_sending" | "open_full_disk_access" | "open_automation" | "open_accessibility";
  label: string;
}

/** One row under "Health". `subject` is the head of the sentence that is drawn strong. */
export interface HealthRow {
  id: "reading" | "sending" | "webhooks" | "full_disk_access" | "automation" | "accessibility";
  shape: RowShape;
  name: string;
  subject: string | null;
  sentence: string;
  figure: string | null;
  action: RowAction | null;
}

function readingRow(status: Status, now: number, timeZone?: string): HealthRow {
  const { problem, since, messages, latencyMs } = status.reading;
  const row = { id: "reading", name: "Reading", subject: null, action: null } as const;
  if (problem !== null) {
    const words = readingProblemWords(problem, status, now, timeZone);
    const figure = since === null ? null : `${lagWords(since, now)} behind`;
    return { ...row, shape: words.rowShape, sentence: words.row, figure };
  }
  const seen =
    latencyMs === null ? "" : ` A new message is seen ${durationWords(latencyMs)} after Messages stores it.`;
  const figure = messages === null ? null : `${figureWords(messages)} message${messages === 1 ? "" : "s"}`;
  return { ...row, shape: "well", sentence: `Up to date.${seen}`, figure };
}

function sendingRow(status: Status, now: number, timeZone?: string): HealthRow {
  const { problem, waiting, sentThisHour } = status.sending;
  const row = { id: "sending", name: "Sending", subject: null } as const;
  const outbox = waiting > 0 ? `${figureWords(waiting)} in the outbox` : null;
  if (problem !== null) {
    const words = sendingProblemWords(problem, status, now, timeZone);
    const action = problem === "paused" ? ({ id: "resume_sending", label: "Resume" } as const) : null;
    return { ...row, shape: words.rowShape, sentence: words.row, figure: outbox, action };
  }
  const sentence = waiting > 0 ? "Ready. The outbox is emptying." : "Ready. Nothing is waiting.";
  return {
    ...row,
    shape: "well",
    sentence,
    figure: outbox ?? `${figureWords(sentThisHour)} this hour`,
    action: null,
  };
}

function webhooksRow(status: Status, now: number, timeZone?: string): HealthRow {
  const { on, failing, switchedOff, waiting, deliveredToday } = status.webhooks;
  const today = on > 0 ? `${figureWords(deliveredToday)} today` : null;
  return {
    id: "webhooks",
    name: "Webhooks",
    shape: failing.length + switchedOff.length > 0 ? "attention" : on > 0 ? "well" : "idle",
    ...webhookWords(status, now, timeZone),
    figure: waiting > 0 ? `${figureWords(waiting)} waiting` : today,
    action: null,
  };
}

function notNeededWords(status: Status): string {
  return status.mode === "simulated"
    ? "Not needed: Messages is simulated"
    : "Not needed: Bellhop reads a copy of chat.db";
}

function permissionRow(
  status: Status,
  permission: Permission,
  row: Pick<HealthRow, "id" | "name">,
  words: Record<"on" | "off" | "unknown", Pick<HealthRow, "shape" | "sentence" | "action">>,
): HealthRow {
  const said =
    permission === "not_needed"
      ? ({ shape: "idle", sentence: notNeededWords(status), action: null } as const)
      : words[permission];
  return { ...row, ...said, subject: null, figure: null };
}

function fullDiskAccessRow(status: Status, now: number, timeZone?: string): HealthRow {
  const { problem, since } = status.reading;
  const off =
    problem === "refused" && since !== null ? `Off since ${sinceWords(since, now, timeZone)}.` : "Off.";
  return permissionRow(
    status,
    status.permissions.fullDiskAccess,
    { id: "full_disk_access", name: "Full Disk Access" },
    {
      on: { shape: "well", sentence: "On", action: null },
      off: {
        shape: "attention",
        sentence: `${off} Switch Bellhop on in System Settings.`,
        action: { id: "open_full_disk_access", label: "Open the pane" },
      },
      unknown: {
        shape: "idle",
        sentence: "Not known yet. It shows when chat.db is opened.",
        action: null,
      },
    },
  );
}

function automationRow(status: Status): HealthRow {
  return permissionRow(
    status,
    status.permissions.automation,
    { id: "automation", name: "Automation" },
    {
      on: { shape: "well", sentence: "On, for Messages", action: null },
      off: {
        shape: "attention",
        sentence: "Off. Switch Messages on under Bellhop in System Settings.",
        action: { id: "open_automation", label: "Open the pane" },
      },
      unknown: {
        shape: "idle",
        sentence: "Not known yet. macOS asks at the first send.",
        action: null,
      },
    },
  );
}

function accessibilityRow(status: Status): HealthRow {
  const action = { id: "open_accessibility", label: "Turn on…" } as const;
  const why = "Only tapbacks, replies and typing need it.";
  return permissionRow(
    status,
    status.permissions.accessibility,
    { id: "accessibility", name: "Accessibility" },
    {
      on: { shape: "well", sentence: "On", action: null },
      off: { shape: "idle", sentence: `Off. ${why}`, action },
      unknown: { shape: "idle", sentence: `Not known yet. ${why}`, action: null },
    },
  );
}

/** The six rows under "Health", always in this order. Without a time zone the computer's own is used. */
export function healthRows(status: Status, now: number, timeZone?: string): HealthRow[] {
  return [
    readingRow(status, now, timeZone),
    sendingRow(status, now, timeZone),
    webhooksRow(status, now, timeZone),
    fullDiskAccessRow(status, now, timeZone),
    automationRow(status),
    accessibilityRow(status),
  ];
}
