import type { EventLine } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import { eventWords } from "../../src-shared/words/event-words.ts";
import { atWords, clockWords, sinceWords } from "../../src-shared/words/moments.ts";
import { addressWords, statusWords } from "../../src-shared/words/status-words.ts";

/** What a row of the menu does. */
export type TrayAction =
  | "copy_url"
  | "copy_key"
  | "pause_sending"
  | "resume_sending"
  | "allow_full_disk_access"
  | "allow_automation"
  | "open"
  | "quit";

/** One row; without an action it is only read. */
export interface TrayRow {
  label: string;
  sublabel?: string;
  accelerator?: string;
  action: TrayAction | null;
}

/** What the menu is made of. */
export interface TrayState {
  status: Status;
  /** Newest first. */
  events: readonly EventLine[];
}

const LONGEST_EVENT = 40;
const MOST_EVENTS = 5;

/** The menu, as groups of rows: a sentence, what repairs something, what is used daily, the last events, the app. */
export function trayGroups({ status, events }: TrayState, now: number, timeZone?: string): TrayRow[][] {
  const groups = [
    [sentenceRow(status, now, timeZone)],
    repairRows(status, now, timeZone),
    dailyRows(status),
    eventRows(events, timeZone),
    [{ label: "Open Bellhop", action: "open" } as const],
    [{ label: "Quit Bellhop", accelerator: "CommandOrControl+Q", action: "quit" } as const],
  ];
  return groups.filter((rows) => rows.length > 0);
}

function sentenceRow(status: Status, now: number, timeZone?: string): TrayRow {
  const words = statusWords(status, now, timeZone);
  const row = { label: withoutMnemonic(words.title), action: null };
  return words.shape === "paused" ? { ...row, sublabel: `Running on ${addressWords(status)}` } : row;
}

/** Only while there is something to repair, or to resume. */
function repairRows(status: Status, now: number, timeZone?: string): TrayRow[] {
  const rows: TrayRow[] = [];
  if (status.permissions.fullDiskAccess === "off") {
    rows.push({ label: "Allow Full Disk Access…", action: "allow_full_disk_access" });
  }
  if (status.permissions.automation === "off") {
    rows.push({ label: "Allow Automation…", action: "allow_automation" });
  }
  for (const { name, status: answer, since } of status.webhooks.failing) {
    const did = `${answer ?? "No answer"} since ${sinceWords(since, now, timeZone)}`;
    const waiting = status.webhooks.failing.length === 1 ? `, ${status.webhooks.waiting} waiting` : "";
    rows.push({
      label: withoutMnemonic(`${name} is failing`),
      sublabel: `${did}${waiting}`,
      action: "open",
    });
  }
  for (const { name, because, at } of status.webhooks.switchedOff) {
    const why = because === "gone" ? "It answered 410" : "Given up";
    rows.push({
      label: withoutMnemonic(`${name} is switched off`),
      sublabel: `${why} ${atWords(at, now, timeZone)}`,
      action: "open",
    });
  }
  const { problem, waiting } = status.sending;
  if (problem === "paused") {
    const count = waiting > 0 ? ` (${waiting} waiting)` : "";
    rows.push({ label: `Resume Sending${count}`, action: "resume_sending" });
  }
  return rows;
}

function dailyRows(status: Status): TrayRow[] {
  const copies: TrayRow[] = [
    { label: "Copy URL", action: "copy_url" },
    { label: "Copy API Key", action: "copy_key" },
  ];
  if (status.sending.problem === "paused") return copies;
  return [...copies, { label: "Pause Sending", action: "pause_sending" }];
}

function eventRows(events: readonly EventLine[], timeZone?: string): TrayRow[] {
  if (events.length === 0) return [];
  const rows = events.slice(0, MOST_EVENTS).map((line): TrayRow => {
    const { before, person, after } = eventWords(line);
    const what = `${before}${person}${after}`.replace("\u2002", ": ").replaceAll(/\s+/g, " ");
    return { label: withoutMnemonic(`${clockWords(line.at, timeZone)}  ${cut(what)}`), action: "open" };
  });
  return [{ label: "Last Events", action: null }, ...rows];
}

/** Cut at a character as a person sees it, never inside an emoji. */
function cut(text: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  if (characters.length <= LONGEST_EVENT) return text;
  return `${characters
    .slice(0, LONGEST_EVENT - 1)
    .join("")
    .trimEnd()}…`;
}

/** A single & in a menu is a mnemonic, not an ampersand. */
function withoutMnemonic(text: string): string {
  return text.replaceAll("&", "&&");
}
