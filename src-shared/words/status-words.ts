import type { Status } from "../status.ts";
import { agoWords, sinceWords } from "./moments.ts";
import { capital, countWords, spelledWords } from "./numbers.ts";
import { readingProblemWords, sendingProblemWords } from "./problem-words.ts";
import type { Shape } from "./shapes.ts";
import { webhookWords } from "./webhook-words.ts";

/** The state of the gateway in words: one for the sidebar, a sentence, and what follows it. */
export interface StatusWords {
  shape: Shape;
  short: string;
  title: string;
  detail: string;
}

const SHORT: Record<Shape, string> = {
  well: "Running",
  attention: "Needs attention",
  paused: "Sending paused",
  stopped: "Stopped",
};

/** Where the API listens: "127.0.0.1:3001". */
export function addressWords(status: Pick<Status, "host" | "port">): string {
  return status.host.includes(":") ? `[${status.host}]:${status.port}` : `${status.host}:${status.port}`;
}

function lastMessageWords(status: Status, now: number, timeZone?: string): string {
  const at = status.reading.lastMessageAt;
  return at === null ? "No message has come yet." : `The last message came ${agoWords(at, now, timeZone)}.`;
}

function failingWords(status: Status, now: number, timeZone?: string): Omit<StatusWords, "short"> | null {
  const { failing, waiting } = status.webhooks;
  const [first] = failing;
  if (first === undefined) return switchedOffWords(status, now, timeZone);
  const title =
    failing.length > 1
      ? `${capital(spelledWords(failing.length))} webhooks are failing`
      : first.status === null
        ? `${first.name} does not answer`
        : `${first.name} answers ${first.status}`;
  const kept =
    waiting === 0
      ? "Bellhop tries again by itself."
      : `${countWords(waiting, "delivery").replace(/ys$/, "ies")} ${waiting === 1 ? "waits" : "wait"}; Bellhop tries again by itself.`;
  return {
    shape: "attention",
    title,
    detail: `${webhookWords(status, now, timeZone).sentence} See that the endpoint runs and answers 2xx. ${kept}`,
  };
}

function switchedOffWords(status: Status, now: number, timeZone?: string): Omit<StatusWords, "short"> | null {
  const { switchedOff } = status.webhooks;
  const [first] = switchedOff;
  if (first === undefined) return null;
  const title =
    switchedOff.length > 1
      ? `${capital(spelledWords(switchedOff.length))} webhooks are switched off`
      : `${first.name} is switched off`;
  const { sentence } = webhookWords(status, now, timeZone);
  return {
    shape: "attention",
    title,
    detail: `${sentence} See that the endpoint answers 2xx, then switch it on again, or remove it.`,
  };
}

function problemWords(status: Status, now: number, timeZone?: string): Omit<StatusWords, "short"> | null {
  const { reading, sending } = status;
  if (reading.problem !== null) return readingProblemWords(reading.problem, status, now, timeZone);
  const isForAPerson = sending.problem === "automation_denied" || sending.problem === "reading_off";
  if (sending.problem !== null && isForAPerson)
    return sendingProblemWords(sending.problem, status, now, timeZone);
  const failing = failingWords(status, now, timeZone);
  if (failing !== null) return failing;
  return sending.problem === "paused" ? sendingProblemWords("paused", status, now, timeZone) : null;
}

/**
 * The sentence that window and tray open with, worst first: reading, sending, webhooks, paused, well.
 * Without a time zone the computer's own is used.
 */
export function statusWords(status: Status, now: number, timeZone?: string): StatusWords {
  const isSimulated = status.mode === "simulated";
  const problem = problemWords(status, now, timeZone);
  if (problem !== null) {
    const detail = isSimulated ? `${problem.detail} Messages is simulated.` : problem.detail;
    return { shape: problem.shape, short: SHORT[problem.shape], title: problem.title, detail };
  }
  const doing = status.sending.problem === "no_sender" ? "Reading only," : "Reading and sending";
  const parts = [
    `${doing} since ${sinceWords(status.startedAt, now, timeZone)}.`,
    lastMessageWords(status, now, timeZone),
    ...(isSimulated ? ["No message leaves this computer."] : []),
  ];
  return {
    shape: "well",
    short: SHORT.well,
    title: `Running on ${addressWords(status)}${isSimulated ? ", on simulated Messages" : ""}`,
    detail: parts.join(" "),
  };
}

/** The state of a gateway that does not run, from the sentences that say why: the first is the title. */
export function stoppedWords(message: string): StatusWords {
  const end = message.search(/\.\s/);
  const title = (end < 0 ? message : message.slice(0, end)).replace(/\.$/, "");
  return {
    shape: "stopped",
    short: SHORT.stopped,
    title,
    detail: end < 0 ? "" : message.slice(end + 1).trim(),
  };
}
