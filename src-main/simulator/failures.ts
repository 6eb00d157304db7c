import { closeMessages, openMessages } from "./closed-messages.ts";
import { addFaults, type Fault, planFaults } from "./faults.ts";

/** What of a failure can be chosen. */
export interface FailureOptions {
  /** How many calls it meets. */
  times?: number;
  /** Which script it waits for, in place of the usual one; see FAULT_SCRIPTS. */
  script?: NonNullable<Fault["script"]>;
  /** Messages' own error number, for the failures that end in one. */
  code?: number;
  /** How long, for the failures that take time, in milliseconds. */
  ms?: number;
}

/** A failure that a person can ask for. */
interface Failure {
  about: string;
  /** `ms` and `code` as chosen. */
  fault(options: { ms: number; code: number }): Fault;
  /** When nothing is chosen. */
  ms?: number;
  code?: number;
}

const always = (fault: Fault) => (): Fault => fault;
/** Only what makes a message can meet what happens to one. */
const onSend = (fault: Fault) => always({ script: "send", ...fault });

/** Every way in which Messages is known to fail, by name. */
export const FAILURES = {
  "automation-denied": {
    about: "-1743: macOS does not let Bellhop control Messages",
    fault: always({ unresolved: -1743 }),
  },
  "automation-not-asked": {
    about: "-1744: macOS has not been asked yet",
    fault: always({ unresolved: -1744 }),
  },
  "accessibility-denied": {
    about: "-25211: Accessibility is off; the next action in Messages' window",
    fault: always({ script: "action", unresolved: -25211 }),
  },
  "no-such-chat": {
    about: "-1728: Messages knows no such chat; another way to it is tried (--times 9: none works)",
    fault: onSend({ unresolved: -1728 }),
  },
  "no-such-account": {
    about: "-1719: it knows no such account; as above",
    fault: onSend({ unresolved: -1719 }),
  },
  "invalid-key-form": {
    about: "-10002: it cannot look it up like that; as above",
    fault: onSend({ unresolved: -10002 }),
  },
  "wrong-type": {
    about: "-1700: it cannot compare with that, as with macOS 26's service type any; as above",
    fault: onSend({ unresolved: -1700 }),
  },
  "no-service": {
    about: "-2753: this Mac has no account for that service",
    fault: onSend({ unresolved: -2753 }),
  },
  "no-such-chat-in-send": {
    about: "-1728 only when it is told to send; no row comes",
    fault: onSend({ osascript: -1728 }),
  },
  "not-running": {
    about: "-600 for so many calls: Messages does not run, also when it is opened",
    fault: always({ unresolved: -600 }),
  },
  "connection-invalid": {
    about: "-609: Messages went away while it was asked",
    fault: always({ unresolved: -609 }),
  },
  "open-fails": {
    about: "-600 from open: Messages cannot be opened",
    fault: always({ script: "open", osascript: -600 }),
  },
  "timed-out-before": {
    about: "-1712 while it is asked where to send; nothing left, but who could tell",
    fault: onSend({ unresolved: -1712 }),
  },
  "timed-out": { about: "-1712 in the send; no row comes", fault: onSend({ osascript: -1712 }) },
  "timed-out-after-row": {
    about: "-1712 although Messages sent it",
    fault: onSend({ osascript: -1712, afterRow: true }),
  },
  "timed-out-late-row": {
    about: "-1712, and the row comes later (--ms)",
    ms: 1500,
    fault: ({ ms }) => ({ script: "send", osascript: -1712, lateRowMs: ms }),
  },
  "handler-failed": {
    about: "-10000: Messages failed in the send; no row comes",
    fault: onSend({ osascript: -10000 }),
  },
  "handler-failed-after-row": {
    about: "-10000 although Messages sent it",
    fault: onSend({ osascript: -10000, afterRow: true }),
  },
  "syntax-error": {
    about: "-2741: the script is not one for this macOS",
    fault: onSend({ osascript: -2741 }),
  },
  "script-error": { about: "-2700: the script failed", fault: onSend({ osascript: -2700 }) },
  "not-on-imessage": { about: "the row fails with 22", fault: onSend({ rowError: 22 }) },
  "file-unreadable": { about: "the row fails with 25", fault: onSend({ rowError: 25 }) },
  "row-error": {
    about: "the row fails with another number (--code)",
    code: 4,
    fault: ({ code }) => ({ script: "send", rowError: code }),
  },
  "fails-later": {
    about: "the row is sent, and fails later (--ms, --code)",
    ms: 200,
    code: 22,
    fault: ({ ms, code }) => ({ script: "send", failsAfterMs: ms, rowError: code }),
  },
  undecided: { about: "the row stays neither sent nor failed", fault: onSend({ undecided: true }) },
  "late-row": {
    about: "it says sent, and the row comes later (--ms)",
    ms: 1500,
    fault: ({ ms }) => ({ script: "send", lateRowMs: ms }),
  },
  "late-join": {
    about: "the row comes without its conversation, which follows (--ms)",
    ms: 500,
    fault: ({ ms }) => ({ script: "send", joinAfterMs: ms }),
  },
  "no-row": { about: "it says sent, and no row ever comes", fault: onSend({ noRow: true }) },
  "ghost-row": {
    about: "it says sent, and leaves an empty row without a conversation, as macOS 26 does of a group",
    fault: onSend({ emptyRow: true }),
  },
  slow: {
    about: "it takes longer (--ms), and then goes as usual",
    ms: 2000,
    fault: ({ ms }) => ({ script: "send", delayMs: ms }),
  },
  hang: { about: "osascript never ends; no row comes", fault: onSend({ hang: true }) },
  "hang-after-row": {
    about: "the row comes, and osascript never ends",
    fault: onSend({ hang: true, afterRow: true }),
  },
  crash: { about: "osascript dies before Messages hears of it", fault: onSend({ crash: true }) },
  "crash-after-row": { about: "the row comes, and osascript dies", fault: onSend({ crashAfterRow: true }) },
} as const satisfies Record<string, Failure>;

/** The name of a failure. */
export type FailureName = keyof typeof FAILURES;

/** What can be asked for besides: a state rather than a fault, and an end to all of it. */
export const STATES = {
  closed: "Messages is closed: every script gets -600 until Messages is opened",
  none: "nothing fails any more: what was planned is dropped, and Messages is open",
} as const;

/** Whether there is a failure of that name. */
export function isFailure(name: string): name is FailureName {
  return Object.hasOwn(FAILURES, name);
}

/** The faults that make up a failure: one for each call that it meets. */
export function faultsOf(name: FailureName, options: FailureOptions = {}): Fault[] {
  const failure: Failure = FAILURES[name];
  const { ms = failure.ms ?? 0, code = failure.code ?? 0, script, times = 1 } = options;
  const fault = failure.fault({ ms, code });
  return Array.from({ length: times }, () => ({ ...fault, ...(script === undefined ? {} : { script }) }));
}

/**
 * Plans a failure for the next calls, behind what is planned already, and returns how many faults wait then.
 * Throws ZodError when an option is out of range.
 */
export function planFailure(
  simulatedDir: string,
  name: FailureName,
  options: FailureOptions,
  now: () => number,
): number {
  return addFaults(simulatedDir, faultsOf(name, options), now);
}

/** Brings Messages into a state; see STATES. */
export function bringInto(simulatedDir: string, state: keyof typeof STATES): void {
  if (state === "closed") {
    closeMessages(simulatedDir);
    return;
  }
  planFaults(simulatedDir, []);
  openMessages(simulatedDir);
}
