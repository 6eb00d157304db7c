import {
  type CallInput,
  type CallName,
  type CallOutput,
  type ControlAnswer,
  calls,
  type EventLine,
  type Push,
} from "../../src-shared/control.ts";
import type { Event } from "../../src-shared/domain/event.ts";
import type { Stats } from "../../src-shared/domain/stats.ts";
import { asFault } from "../../src-shared/faults.ts";
import type { Status } from "../../src-shared/status.ts";
import type { Bus } from "../journal/bus.ts";
import type { Journal } from "../journal/journal.ts";
import type { LogTail } from "../observability/log-tail.ts";
import type { Clock } from "../ports/clock.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";
import type { Outbox } from "../sending/outbox/outbox.ts";
import type { SelfTests } from "../sending/self-test/self-test.ts";
import type { Sending } from "../sending/send.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import { eventLine, noticeLine } from "./event-lines.ts";
import { openLogWindow } from "./log-tail.ts";
import { outboxCalls } from "./outbox-calls.ts";
import { sendResult } from "./send-result.ts";
import { webhookCalls } from "./webhook-calls.ts";

/** What `src-shared/control.ts` promises, for every transport alike. */
export interface Control {
  /** Answers one call. Never rejects; input is parsed here. */
  call(name: string, input: unknown): Promise<ControlAnswer>;
  /** Returns how to stop listening. */
  subscribe(listener: (push: Push) => void): () => void;
  status(): Status;
  /** Something has changed that the window shows. */
  changed(): void;
  /** Adds a line of the gateway about itself to the last events. */
  notice(sentence: string): void;
  stop(): void;
}

export interface ControlSources {
  status(): Status;
  bus: Bus;
  journal: Journal;
  messages: Messages;
  conversations: Conversations;
  sending: Sending;
  outbox: Pick<Outbox, "list" | "get" | "retry" | "cancel">;
  selfTest: Pick<SelfTests, "run">;
  webhooks: Webhooks;
  stats(): Stats;
  tail: LogTail;
  sendWaitMs(): number;
  revealKey(): string;
  setPaused(pausedAt: number | null): void;
  clock: Clock;
  timers: Timers;
  complain(thrown: unknown): void;
}

/** Changes come in bursts; the window is told of the last of them, this often at most (ms). */
const STATUS_EVERY_MS = 200;
/** Figures age by themselves: webhook queues, the hour. */
const STATUS_AGAIN_MS = 15_000;
const MOST_NOTICES = 20;
/** Who asks, as the outbox and the log know it, where it is a person at the window. */
const BY_WINDOW = "window";

/** Opens the control surface. */
export function openControl(sources: ControlSources): Control {
  const { clock, timers } = sources;
  const listeners = new Set<(push: Push) => void>();
  const notices: EventLine[] = [];
  let soon: Timer | undefined;
  let later: Timer | undefined;

  const push = (value: Push): void => {
    for (const listener of listeners) listener(value);
  };
  const pushStatus = (): void => {
    soon?.cancel();
    soon = undefined;
    later?.cancel();
    if (listeners.size === 0) return;
    later = timers.after(STATUS_AGAIN_MS, pushStatus);
    push({ push: "status", value: sources.status() });
  };
  const changed = (): void => {
    soon ??= timers.after(STATUS_EVERY_MS, pushStatus);
  };
  const log = openLogWindow({
    tail: sources.tail,
    clock,
    timers,
    isListening: () => listeners.size > 0,
    push: (value) => push({ push: "log", value }),
  });
  const lineOf = (event: Event): EventLine => eventLine(event, sources);
  const unsubscribe = sources.bus.subscribe((event) => {
    if (listeners.size > 0 && isNews(event)) push({ push: "event", value: lineOf(event) });
    changed();
  });

  const answers: { [N in CallName]: (input: Parsed<N>) => CallOutput<N> | Promise<CallOutput<N>> } = {
    "status.get": () => sources.status(),
    "events.recent": ({ limit }) =>
      // Twice as many, since each send has events that its message's own tell already.
      [
        ...sources.journal
          .latest(2 * limit)
          .filter(isNews)
          .map(lineOf),
        ...notices,
      ]
        .sort((a, b) => b.at - a.at || (b.seq ?? 0) - (a.seq ?? 0))
        .slice(0, limit),
    "key.reveal": () => ({ key: sources.revealKey() }),
    "sending.pause"({ paused }) {
      sources.setPaused(paused ? clock.now() : null);
      changed();
      return sources.status();
    },
    async "message.send"({ recipient, body }) {
      const started = clock.monotonic();
      const report = await sources.sending.send(
        {
          recipient,
          body,
          attachments: [],
          voice: null,
          replyTo: null,
          service: null,
          isDryRun: false,
        },
        { waitMs: sources.sendWaitMs(), by: BY_WINDOW, idempotencyKey: null },
      );
      changed();
      const tookMs = Math.round(clock.monotonic() - started);
      return sendResult(report, sources.status().sending.problem === "paused", tookMs);
    },
    ...outboxCalls(sources.outbox),
    async "selfTest.run"({ to }) {
      const test = await sources.selfTest.run({ to: to ?? null, by: BY_WINDOW });
      changed();
      return test;
    },
    ...webhookCalls(sources.webhooks),
    "stats.get": sources.stats,
    "log.recent": log.recent,
    "log.follow": log.follow,
  };

  return {
    async call(name, input) {
      try {
        if (!isCallName(name)) return refusal("unknown_call", `there is no call ${name}`);
        const parsed = calls[name].input.safeParse(input ?? {});
        if (!parsed.success)
          return refusal("invalid_request", parsed.error.issues[0]?.message ?? "not understood");
        // The table above has, for each name, the answer to that very input.
        const answer = answers[name] as (input: unknown) => unknown;
        const value = await answer(parsed.data);
        // A webhook that was put or switched on shows elsewhere too, and so does a send that goes or does not.
        if (name.startsWith("webhook.") || name === "outbox.retry" || name === "outbox.cancel") changed();
        return { ok: true, value };
      } catch (thrown) {
        const fault = asFault(thrown);
        if (fault.code === "internal") sources.complain(thrown);
        return refusal(fault.code, fault.message);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      changed();
      return () => void listeners.delete(listener);
    },
    status: sources.status,
    changed,
    notice(sentence) {
      const at = clock.now();
      const line = noticeLine(`notice_${at}_${notices.length}`, at, sentence);
      notices.unshift(line);
      notices.splice(MOST_NOTICES);
      push({ push: "event", value: line });
      changed();
    },
    stop() {
      unsubscribe();
      log.stop();
      soon?.cancel();
      later?.cancel();
      listeners.clear();
    },
  };
}

/** What becomes of a message of one's own is told by the message; why a send failed, by the send. */
function isNews(event: Event): boolean {
  if (event.type === "message.failed") return event.data.outboxId === null;
  if (event.type !== "outbox.updated") return true;
  const { state } = event.data;
  return state !== "sent" && state !== "delivered" && state !== "read";
}

type Parsed<N extends CallName> = ReturnType<(typeof calls)[N]["input"]["parse"]> & CallInput<N>;

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

function refusal(code: string, message: string): ControlAnswer {
  return { ok: false, error: { code, message } };
}
