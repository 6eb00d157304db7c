import type { ReadingProblem, SendingProblem, Status } from "../status.ts";
import { atWords } from "./moments.ts";
import { capital, spelledWords } from "./numbers.ts";
import type { RowShape, Shape } from "./shapes.ts";

/** One problem in words: the cause as a title, the fix as a detail, both short in its health row. */
export interface ProblemWords {
  shape: Shape;
  title: string;
  detail: string;
  rowShape: RowShape;
  row: string;
}

/** Whether chat.db is the one that macOS guards, not a copy or a simulated one. */
function isApples(status: Status): boolean {
  return status.mode === "real" && status.permissions.fullDiskAccess !== "not_needed";
}

/** Why nothing is read, and what to do about it. */
export function readingProblemWords(
  problem: ReadingProblem,
  status: Status,
  now: number,
  timeZone?: string,
): ProblemWords {
  const { path, since } = status.reading;
  const stopped = since === null ? "Stopped." : `Stopped ${atWords(since, now, timeZone)}.`;
  const nothingLost = "Nothing is lost: it catches up by itself.";
  switch (problem) {
    case "missing":
      return isApples(status)
        ? {
            shape: "attention",
            title: "Nothing to read: Messages has never been set up on this Mac",
            detail: "Open Messages and sign in. Bellhop begins to read by itself.",
            rowShape: "attention",
            row: "Off. Messages has never been set up on this Mac.",
          }
        : {
            shape: "attention",
            title: "Nothing to read: chat.db is missing",
            detail: `chat.db is not at ${path}. Put it there, or start Bellhop with another path. It begins to read by itself.`,
            rowShape: "attention",
            row: `${stopped} chat.db is not at ${path}.`,
          };
    case "refused":
      return isApples(status)
        ? {
            shape: "attention",
            title: "Reading has stopped: Full Disk Access is off",
            detail: `Switch Bellhop on in System Settings. ${nothingLost}`,
            rowShape: "attention",
            row: `${stopped} macOS refused to open the message history.`,
          }
        : {
            shape: "attention",
            title: "Reading has stopped: chat.db may not be opened",
            detail: `The system refused ${path}. Let the user that runs Bellhop read it. ${nothingLost}`,
            rowShape: "attention",
            row: `${stopped} The system refused to open chat.db.`,
          };
    case "unreadable":
      return {
        shape: "stopped",
        title: "Reading has failed: chat.db is damaged",
        detail: `The file at ${path} is damaged, or it is no chat.db. Restore it from a backup. Bellhop keeps what it has read.`,
        rowShape: "stopped",
        row: `${stopped} chat.db is damaged, or it is no chat.db.`,
      };
    case "stuck":
      return {
        shape: "attention",
        title: "Reading has stopped: chat.db does not answer",
        detail: `It is open, but reads fail. Bellhop tries again by itself; if that lasts, ${status.mode === "real" ? "restart this Mac" : "restart Bellhop"}. Nothing is lost.`,
        rowShape: "attention",
        row: `${stopped} chat.db is open, but reads fail.`,
      };
    case "unrecorded":
      return {
        shape: "attention",
        title: "Reading has stopped: Bellhop cannot write to its data folder",
        detail: `Free some space, or let Bellhop write there. ${nothingLost}`,
        rowShape: "attention",
        row: `${stopped} What is new cannot be written to bellhop.db.`,
      };
  }
}

/** "Four sends wait in the outbox and leave, in order, when you resume." */
function waitingWords(waiting: number, until: string): string {
  if (waiting === 0) return `What is sent waits in the outbox and leaves ${until}.`;
  if (waiting === 1) return `One send waits in the outbox and leaves ${until}.`;
  return `${capital(spelledWords(waiting))} sends wait in the outbox and leave, in order, ${until}.`;
}

/** Why nothing is sent, and what to do about it. */
export function sendingProblemWords(
  problem: SendingProblem,
  status: Status,
  now: number,
  timeZone?: string,
): ProblemWords {
  const { since, waiting } = status.sending;
  const when = since === null ? "" : ` ${atWords(since, now, timeZone)}`;
  switch (problem) {
    case "paused":
      return {
        shape: "paused",
        title: "Sending is paused",
        detail: `${status.reading.problem === null ? "Reading goes on. " : ""}${waitingWords(waiting, "when you resume")}`,
        rowShape: "paused",
        row: `Paused by you${when}.`,
      };
    case "no_sender":
      return {
        shape: "well",
        title: "Reading only: there is no Messages to send with",
        detail:
          "This computer has no Messages. To send, run Bellhop on a Mac, or start it on simulated Messages.",
        rowShape: "idle",
        row: "Off. This computer has no Messages to send with: run Bellhop on a Mac.",
      };
    case "automation_denied":
      return {
        shape: "attention",
        title: "Sending has stopped: Automation is off",
        detail:
          "Switch Messages on under Bellhop in System Settings. Until then a send is refused, and says so.",
        rowShape: "attention",
        row: `Stopped${when}. macOS does not let Bellhop use Messages.`,
      };
    case "reading_off":
      return {
        shape: "attention",
        title: "Sending waits for reading",
        detail: `A send cannot be confirmed while reading is off. ${waitingWords(waiting, "once reading is back")}`,
        rowShape: "paused",
        row: "Waiting. A send cannot be confirmed while reading is off.",
      };
  }
}
