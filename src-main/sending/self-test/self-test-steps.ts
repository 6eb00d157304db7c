import type { Line } from "../../../src-shared/domain/line.ts";
import type { SelfTestStep } from "../../../src-shared/domain/self-test.ts";
import { asFault } from "../../../src-shared/faults.ts";
import type { ReadingProblem } from "../../../src-shared/status.ts";
import { logTimeWords } from "../../../src-shared/words/moments.ts";
import {
  automationStepWords,
  eventStepWords,
  lineWords,
  noEventWords,
  noLineWords,
  noRowWords,
  notAnsweredWords,
  notSentWords,
  readingStepWords,
  rowWords,
  type StepWords,
  stillQueuedWords,
  takenWords,
} from "../../../src-shared/words/self-test-words.ts";
import type { Bus } from "../../journal/bus.ts";
import type { MessagesApp } from "../../messages-app/messages-app.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Randomness } from "../../ports/randomness.ts";
import type { Timers } from "../../ports/timers.ts";
import type { Lines } from "../../reading/lines.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { isChatMeant } from "../recipient.ts";
import type { Sending } from "../send.ts";
import type { AttemptsTold } from "./attempts-told.ts";
import type { Follower, Trail } from "./self-test-trail.ts";

/** What a self-test looks at and sends with. */
export interface SelfTestSources {
  /** What keeps chat.db from being read or recorded. */
  trouble(): { problem: ReadingProblem } | null;
  /** Where chat.db is. */
  path: string;
  lines: Lines;
  messagesApp: Pick<MessagesApp, "askAutomation">;
  /** Whether macOS guards all this: false for a simulated Messages and for a copy of chat.db. */
  needsPermissions: boolean;
  isPaused(): boolean;
  sending: Sending;
  outbox: Pick<Outbox, "get" | "cancel">;
  /** Of the same Messages that the outbox gives its parts to. */
  attempts: AttemptsTold;
  bus: Pick<Bus, "subscribe">;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
}

/** A test under way: what its steps are handed, and hand on to those behind them. */
export interface Testing extends SelfTestSources {
  to: string | null;
  by: string;
  /** When it began, in ms since 1970. */
  at: number;
  follower: Follower;
  /** This Mac's lines, the last used first. */
  known: readonly Line[];
  line: string | null;
  outboxId: string | null;
}

/** What one step came to; `tookMs` where it is not the time that the step itself ran. */
export interface Found extends StepWords {
  passed: boolean;
  tookMs?: number;
}

const passed = (words: StepWords): Found => ({ ...words, passed: true });
/** It came to nothing, and these words say why. */
export const failed = (words: StepWords): Found => ({ ...words, passed: false });

/** Each step; may throw. */
export const STEPS: Record<SelfTestStep["name"], (testing: Testing) => Promise<Found>> = {
  async reading(testing) {
    const where = { path: testing.path, isApples: testing.needsPermissions };
    try {
      // Asked afresh: what was known may be a second old.
      testing.known = testing.lines.list();
    } catch (thrown) {
      if (asFault(thrown).code !== "reading_unavailable") throw thrown;
      return failed(readingStepWords(testing.trouble()?.problem ?? "stuck", where));
    }
    const problem = testing.trouble()?.problem ?? null;
    return { ...readingStepWords(problem, where), passed: problem === null };
  },

  async automation({ messagesApp, needsPermissions: isNeeded, follower }) {
    const late = follower.over.then(() => ({ answer: "late" as const, reason: null }));
    const said = await Promise.race([messagesApp.askAutomation(), late]);
    const reason = said.answer === "on" ? null : said.reason;
    return { ...automationStepWords(said.answer, { reason, isNeeded }), passed: said.answer === "on" };
  },

  async line(testing) {
    const { to, known } = testing;
    const found = to === null ? known[0] : known.find(({ handle }) => isSameLine(handle, to));
    if (found === undefined) {
      return failed(
        noLineWords(
          to,
          known.map(({ handle }) => handle),
        ),
      );
    }
    testing.line = found.handle;
    return passed(lineWords(found.handle, to !== null));
  },

  async sending(testing) {
    const { clock, follower, sending, isPaused } = testing;
    const line = testing.line ?? "";
    if (isPaused()) return failed(notSentWords("policy_paused", null, line));
    const body = testText(testing);
    follower.expect(body);
    const started = clock.monotonic();
    const accepting = sending.send(
      {
        recipient: line,
        body,
        attachments: [],
        voice: null,
        replyTo: null,
        service: null,
        isDryRun: false,
      },
      { waitMs: 0, by: testing.by, idempotencyKey: null, isExempt: true },
    );
    const report = await Promise.race([accepting.catch(asFault), follower.over]);
    if (report === undefined) {
      accepting.then(({ item }) => testing.outbox.cancel(item.id)).catch(() => {});
      return failed(stillQueuedWords(false));
    }
    if (report instanceof Error) {
      if (report.code === "internal") throw report.cause ?? report;
      return failed(notSentWords(report.code, report.message, line));
    }
    testing.outboxId = report.item.id;
    follower.follow(report.item.id);
    const trail = await follower.until(
      ({ takenAt, state }) => takenAt !== null || isEnd(state) || (state === "queued" && isPaused()),
    );
    if (trail.takenAt !== null) return { ...passed(takenWords(line)), tookMs: trail.takenAt - started };
    return failed(notTaken(testing, trail));
  },

  async row({ follower, line }) {
    const trail = await follower.until(({ rowAt, state }) => rowAt !== null || isEnd(state));
    if (trail.state === "failed") return failed(notSentWords(trail.fault, trail.reason, line ?? ""));
    if (trail.rowAt === null) return failed(noRowWords());
    const tookMs = trail.rowAt - (trail.takenAt ?? trail.rowAt);
    return { ...passed(rowWords(tookMs <= 0)), tookMs: Math.max(0, tookMs) };
  },

  async event({ follower, line }) {
    const trail = await follower.until((now) => now.event !== null || now.state === "failed");
    if (trail.event !== null) {
      return {
        ...passed(eventStepWords(trail.event.seq)),
        tookMs: Math.max(0, trail.event.at - (trail.rowAt ?? trail.event.at)),
      };
    }
    if (trail.state === "failed") return failed(notSentWords(trail.fault, trail.reason, line ?? ""));
    return failed(noEventWords(trail.state === "dispatching"));
  },
};

/** Whether it goes no further by itself; what was sent may still be delivered and read. */
function isEnd(state: Trail["state"]): boolean {
  return state === "failed" || state === "unknown" || state === "dry_run";
}

/** Why Messages does not have it. What waits is taken back: nobody expects it in an hour. */
function notTaken({ isPaused, outbox, outboxId, line }: Testing, trail: Trail): StepWords {
  const { state, fault, reason, doubt } = trail;
  if (state === "dispatching" || state === "unknown") return notAnsweredWords(doubt ?? reason);
  if (state !== "queued") return notSentWords(fault, reason ?? "nothing was given to Messages", line ?? "");
  let isTakenBack = false;
  try {
    if (outboxId !== null) isTakenBack = outbox.cancel(outboxId).state === "failed";
  } catch {
    // It has just been given to Messages, then.
  }
  return isPaused() ? notSentWords("policy_paused", null, line ?? "") : stillQueuedWords(isTakenBack);
}

/** Whether two spellings are one number or Apple ID. */
function isSameLine(handle: string, to: string): boolean {
  return isChatMeant(`any;-;${spelled(handle)}`, `any;-;${spelled(to)}`);
}

/** As Messages spells it; what is neither a number nor an address stays as it is. */
function spelled(text: string): string {
  return text.includes("@") ? text.trim().toLowerCase() : text.replaceAll(/[\s().\-/\u00a0]/g, "");
}

const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aeiou";

/** "Bellhop self-test 14:03:22 bafoti": no two are the same, so that none is taken for another. */
function testText({ at, randomness }: Testing): string {
  const one = (letters: string): string => letters.charAt(Math.floor(randomness.fraction() * letters.length));
  const word = Array.from({ length: 3 }, () => one(CONSONANTS) + one(VOWELS)).join("");
  return `Bellhop self-test ${logTimeWords(at, at)} ${word}`;
}
