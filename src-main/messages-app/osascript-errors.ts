import { Fault } from "../../src-shared/faults.ts";
import { PANES } from "../../src-shared/panes.ts";

/** No answer in time, also when it was we who gave up. */
export const TIMED_OUT = -1712;
/** Messages does not run, or stopped running. */
export const NOT_RUNNING: ReadonlySet<number> = new Set([-600, -609]);
/** A variable that is not set; the scripts give it for a service that this Mac has no account for. */
export const NO_SUCH_SERVICE = -2753;
/** An object that is not there. */
export const NOT_FOUND = -1728;
/** Invalid index. */
export const NO_SUCH_OBJECT = -1719;
const SYSTEM_EVENTS = "System Events";
/** Not trusted with Accessibility. */
export const NOT_TRUSTED = -25211;

/** Whether the script could not even be read as a script. */
export function isCompileError(code: number): boolean {
  return code === -2740 || code === -2741;
}

/**
 * The error number with which osascript ends what it prints, in parentheses. The words before it are localised and
 * typeset, and may quote anything, so only that number counts. Null when there is none.
 */
export function errorNumber(stderr: string): number | null {
  const found = /\((-?\d+)\)\s*$/.exec(stderr)?.[1];
  return found === undefined ? null : Number(found);
}

/** ASCII, and no quotation mark of any language: what osascript quotes, it puts between these. */
const QUOTES_NOTHING = /^[\w\s'.,:;()/-]*$/;

/**
 * What a script said went wrong, where it quotes nothing; else only its number. What AppleScript quotes is a value that
 * it was given, such as a text, and reasons go into logs, events and answers.
 */
export function withoutQuotes(reason: string, code: number | null): string {
  if (QUOTES_NOTHING.test(reason)) return reason;
  const about = reason.includes(SYSTEM_EVENTS) ? ` from ${SYSTEM_EVENTS}` : "";
  return `error ${code ?? "without a number"}${about}`;
}

/** An osascript error as what the caller is told: what happened, and what mends it. `reason` quotes nothing. */
export function faultOfCode(code: number | null, reason: string): Fault {
  switch (code) {
    case -1743:
      return new Fault(
        "automation_denied",
        `macOS does not let Bellhop control ${named(reason)}; switch it on under Privacy & Security, Automation (${PANES.automation})`,
      );
    case -1744:
      return new Fault(
        "automation_not_determined",
        `macOS has not been asked yet whether Bellhop may control ${named(reason)}; have it asked in Bellhop's window, or allow it under Privacy & Security, Automation (${PANES.automation})`,
      );
    case NOT_TRUSTED:
      return new Fault(
        "accessibility_denied",
        `macOS does not let Bellhop work in Messages' window; switch it on under Privacy & Security, Accessibility (${PANES.accessibility})`,
      );
    case NOT_FOUND:
    case NO_SUCH_OBJECT:
    case -10002:
    // macOS 26 says of a chat under another spelling that it cannot make it one.
    case -1700:
      return new Fault(
        "target_not_found",
        "Messages knows no such conversation, recipient or message; check it in Messages, or write to the person's number or address",
      );
    case -600:
    case -609:
      return new Fault("messages_not_running", "Messages does not run, and did not start; open it", {
        retryAfter: 5,
      });
    case TIMED_OUT:
      // No 5xx: who gets one tries again, and this may have been done.
      return new Fault(
        "conflict",
        "Messages did not answer in time, so it may have been done or not; look in Messages before you try again",
      );
    case -10000:
      return new Fault(
        "messages_error",
        "Messages failed while it handled this (-10000), so it may have been done or not; look in Messages before you try again",
      );
    case NO_SUCH_SERVICE:
      return new Fault(
        "service_unavailable",
        "Messages on this Mac has no account for that service; sign in under Messages, Settings, iMessage, or have the iPhone forward text messages to this Mac",
      );
    case -10006:
      return new Fault(
        "conflict",
        "somebody is writing in Messages: a draft stands in the conversation's field; send it or clear it",
      );
    case -2740:
    case -2741:
    case -2700:
      return new Fault(
        "script_error",
        `one of Bellhop's own scripts does not work with this Messages (${code}); nothing of it can be mended in the settings, report it with the version of macOS`,
      );
    default:
      return new Fault(
        "send_failed",
        `Messages did not take it: ${reason || `error ${code ?? "without a number"}`}; if it goes on, quit Messages, open it and try there`,
      );
  }
}

/** By Accessibility it is System Events that is controlled. macOS keeps a permission for each. */
function named(reason: string): string {
  return reason.includes(SYSTEM_EVENTS) ? "System Events, which works in Messages' window" : "Messages";
}
