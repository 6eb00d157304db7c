import type { SelfTest, SelfTestStep } from "../domain/self-test.ts";
import type { FaultCode } from "../faults.ts";
import { PANES } from "../panes.ts";
import type { ReadingProblem } from "../status.ts";
import { capital, durationWords, figureWords } from "./numbers.ts";

/** What a step came to, in words: `fix` and `pane` are null where nothing need be mended. */
export type StepWords = Pick<SelfTestStep, "sentence" | "fix" | "pane">;

type StepName = SelfTestStep["name"];

const NOT_REACHED: Record<StepName, string> = {
  reading: "chat.db was not looked at",
  automation: "Automation was not looked at",
  line: "No line was looked for",
  sending: "Nothing was sent",
  row: "No row was awaited",
  event: "No event was awaited",
};

const wellWords = (sentence: string): StepWords => ({ sentence, fix: null, pane: null });

/** A step after one that failed. */
export const skippedWords = (name: StepName): StepWords => wellWords(NOT_REACHED[name]);

/** chat.db at `path` was read, or why it was not. `isApples`: macOS guards it, it is no copy and not simulated. */
export function readingStepWords(
  problem: ReadingProblem | null,
  { path, isApples }: { path: string; isApples: boolean },
): StepWords {
  switch (problem) {
    case null:
      return wellWords(isApples ? "chat.db can be read: Full Disk Access is on" : "chat.db can be read");
    case "missing":
      return {
        sentence: `There is no message history at ${path}.`,
        fix: isApples
          ? "Open Messages on this Mac and sign in."
          : "Put chat.db there, or start Bellhop with another path.",
        pane: null,
      };
    case "refused":
      return isApples
        ? {
            sentence: "macOS does not let Bellhop read the message history.",
            fix: "Switch Bellhop on under Full Disk Access, then relaunch it.",
            pane: PANES.fullDiskAccess,
          }
        : {
            sentence: `The system refused to open ${path}.`,
            fix: "Let the user that runs Bellhop read it.",
            pane: null,
          };
    case "unreadable":
      return {
        sentence: `The file at ${path} is damaged, or it is no chat.db.`,
        fix: "Restore it from a backup.",
        pane: null,
      };
    case "stuck":
      return {
        sentence: "chat.db is open, but reads fail.",
        fix: `Run the self-test again; if that lasts, restart ${isApples ? "this Mac" : "Bellhop"}.`,
        pane: null,
      };
    case "unrecorded":
      return {
        sentence: "What is new cannot be written to Bellhop’s data folder.",
        fix: "Free some space, or let Bellhop write there.",
        pane: null,
      };
  }
}

/** What macOS says of controlling Messages; `late`: it did not say. `isNeeded` is false of a simulated Messages. */
export function automationStepWords(
  answer: "on" | "off" | "not asked" | "not running" | "unknown" | "late",
  { reason, isNeeded }: { reason: string | null; isNeeded: boolean },
): StepWords {
  switch (answer) {
    case "on":
      return wellWords(
        isNeeded ? "Bellhop may control Messages" : "Messages is simulated, and can be controlled",
      );
    case "off":
      return {
        sentence: "macOS does not let Bellhop control Messages.",
        fix: "Switch Messages on under Bellhop in Automation.",
        pane: PANES.automation,
      };
    case "not asked":
      return {
        sentence: "Nobody has said yet whether Bellhop may control Messages.",
        fix: "Run the self-test again and allow it when macOS asks, or switch Messages on under Bellhop in Automation.",
        pane: PANES.automation,
      };
    case "not running":
      return {
        sentence: "Messages does not run.",
        fix: "Open Messages and sign in, then run the self-test again.",
        pane: null,
      };
    case "unknown":
      return {
        sentence: `Messages cannot be controlled${because(reason)}`,
        fix: "Open Messages, then run the self-test again.",
        pane: null,
      };
    case "late":
      return {
        sentence: "Messages has not answered.",
        fix: "Answer what macOS or Messages asks on the screen, then run the self-test again.",
        pane: PANES.automation,
      };
  }
}

/** The line that the test goes to was found, and whether it was named. */
export function lineWords(line: string, isNamed: boolean): StepWords {
  return wellWords(`${line} is this Mac’s own line${isNamed ? "" : ", the one last used"}`);
}

/** There is no line to send to; `to` was asked for, `lines` are there. */
export function noLineWords(to: string | null, lines: readonly string[]): StepWords {
  if (lines.length === 0) {
    return {
      sentence: "No line is known: nothing in chat.db says which number or Apple ID is this Mac’s own.",
      fix: "Sign in to Messages, and write one message there.",
      pane: null,
    };
  }
  return {
    sentence: `${to} is none of this Mac’s own lines.`,
    fix: `Name one of them: ${lines.join(", ")}.`,
    pane: null,
  };
}

/** Messages took it. */
export const takenWords = (line: string): StepWords =>
  wellWords(`Sent to yourself through Messages, at ${line}`);

/** The message did not leave, or Messages says that it failed. `reason` is a clause: no capital, no full stop. */
export function notSentWords(fault: FaultCode | null, reason: string | null, line: string): StepWords {
  const sentence = `Not sent${because(reason)}`;
  const signIn = `See in Messages, Settings, iMessage that ${line} is signed in and switched on.`;
  switch (fault) {
    case "policy_paused":
      return { sentence: "Sending is paused.", fix: "Resume sending.", pane: null };
    case "automation_denied":
      return automationStepWords("off", { reason, isNeeded: true });
    case "automation_not_determined":
      return automationStepWords("not asked", { reason, isNeeded: true });
    case "messages_not_running":
      return automationStepWords("not running", { reason, isNeeded: true });
    case "policy_hourly_cap":
    case "policy_recipient_cap":
      return { sentence, fix: "Run the self-test again later, or raise the limit.", pane: null };
    case "sender_unavailable":
      return { sentence, fix: "Run Bellhop on a Mac, or start it with --simulate.", pane: null };
    case "cancelled":
    case "shutting_down":
      return { sentence, fix: "Run the self-test again.", pane: null };
    case "target_not_found":
    case "service_unavailable":
      return { sentence, fix: signIn, pane: null };
    default:
      return { sentence, fix: `${signIn} Send yourself a message there by hand.`, pane: null };
  }
}

/** It has waited too long behind other sends. */
export function stillQueuedWords(isTakenBack: boolean): StepWords {
  return {
    sentence: `It waited behind other sends${isTakenBack ? ", and was taken back" : ""}.`,
    fix: "Run the self-test again once the outbox is empty.",
    pane: null,
  };
}

/** Messages was given the message and has not said that it took it. */
export function notAnsweredWords(reason: string | null): StepWords {
  return {
    sentence: `Messages has not answered; whether it was sent is not known${because(reason)}`,
    fix: "Look in Messages whether it is there, and whether a question stands on the screen.",
    pane: null,
  };
}

/** Its row is in chat.db; `isAtOnce`: it was there before Messages had said that it took it. */
export const rowWords = (isAtOnce: boolean): StepWords =>
  wellWords(isAtOnce ? "Seen in chat.db at once" : "Seen in chat.db");

/** Messages took it, and no row came. */
export function noRowWords(): StepWords {
  return {
    sentence: "Messages has taken it, but its row has not appeared in chat.db.",
    fix: "Look in Messages whether it is there. Is this Mac online, and Messages signed in?",
    pane: null,
  };
}

/** Its event is in the journal. */
export const eventStepWords = (seq: number): StepWords =>
  wellWords(`Kept as event ${figureWords(seq)}, message.sent`);

/** Its row came, and no event. `isUnderWay`: the row does not say yet that it was sent. */
export function noEventWords(isUnderWay: boolean): StepWords {
  return isUnderWay
    ? {
        sentence: "Messages is still sending it.",
        fix: "Is this Mac online, and Messages signed in?",
        pane: null,
      }
    : {
        sentence: "Its row says that it was sent, but no event has come.",
        fix: "Bellhop’s log says why. Restart Bellhop, then run the self-test again.",
        pane: null,
      };
}

/** Bellhop itself came to grief. `reason` is a clause. */
export function brokenStepWords(reason: string): StepWords {
  return {
    sentence: `${capital(reason)}.`,
    fix: "Bellhop’s log says why. Run the self-test again.",
    pane: null,
  };
}

/** The whole test in a sentence. */
export function selfTestWords({ passed, tookMs, steps }: SelfTest): string {
  if (passed) return `Passed: a message to yourself went the whole way in ${durationWords(tookMs)}.`;
  const count = steps.filter(({ outcome }) => outcome === "passed").length;
  return `Failed at step ${count + 1} of ${steps.length}.`;
}

/** A clause behind a sentence, which it ends. */
function because(reason: string | null): string {
  return reason === null || reason === "" ? "." : `: ${reason.replace(/\.+$/, "")}.`;
}
