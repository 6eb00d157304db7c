import type { Capability } from "../../src-shared/domain/capability.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { Bus } from "../journal/bus.ts";
import type { MessagesApp, SendOutcome } from "../messages-app/messages-app.ts";
import { faultOfCode } from "../messages-app/osascript-errors.ts";
import type { Timers } from "../ports/timers.ts";
import { checkText } from "../sending/order-checks.ts";
import type { Policy } from "../sending/policy/policy.ts";
import type { Capabilities } from "./capabilities.ts";
import { planRead, planTyping } from "./conversation-plans.ts";
import { planEdit, planReaction, planUnsend, type ReactOrder } from "./message-plans.ts";
import type { Known, Plan } from "./plan.ts";
import { openQueue } from "./queue.ts";
import { watchFor } from "./showing.ts";
import { openTypingEnds } from "./typing-ends.ts";

/** How long after Messages was done chat.db may take to show it, in ms. */
const SHOWS_WITHIN_MS = 5_000;
/** How long a stop waits for what is under way; a little less than the server waits for its answers. */
const STOP_MS = 2_500;

/**
 * What became of an action. confirmed: chat.db shows it. already so: Messages was left alone. not confirmed: Messages
 * was asked, and chat.db does not show it; it may still have happened. unconfirmable: Messages was asked, and no trace
 * of it was to be expected. dry_run: everything was done but the asking.
 */
export interface ActionReport {
  outcome: "confirmed" | "already so" | "not confirmed" | "unconfirmable" | "dry_run";
  /** The same in words for a person. */
  sentence: string;
}

/**
 * What is done in Messages' window. Nothing is done twice: a toggle that stands as asked is not touched, and none is
 * repeated. Every call throws `feature_unavailable` or `accessibility_denied` where it cannot be done here,
 * `not_found`, `conflict` where Messages would not let a person do it either, what the policy refuses,
 * `reading_unavailable` while chat.db cannot tell, `busy`, `shutting_down`, and what kept Messages from doing it.
 */
export interface Actions {
  react(order: ReactOrder): Promise<ActionReport>;
  /** Changes the text of a message, given by ROWID or guid. Throws for a text too as sending does. */
  edit(order: { message: string; text: string }): Promise<ActionReport>;
  /** Takes a message back, given by ROWID or guid. */
  unsend(message: string): Promise<ActionReport>;
  /** Marks a conversation as read, given by any guid of it. */
  read(conversation: string): Promise<ActionReport>;
  /**
   * Shows that one is typing, for a minute at most, or no longer; to end what was begun here neither policy nor dry run
   * is in the way.
   */
  typing(conversation: string, isTyping: boolean): Promise<ActionReport>;
  /** Begins nothing any more, and lets what is under way end, for 2.5 seconds at most. */
  stop(): Promise<void>;
}

export interface ActionsOptions extends Known {
  messagesApp: Pick<MessagesApp, "act">;
  capabilities: Pick<Capabilities, "lacks">;
  policy: Pick<Policy, "check" | "isDryRun">;
  bus: Bus;
  timers: Timers;
}

const DRY_RUN: ActionReport = {
  outcome: "dry_run",
  sentence: "nothing was done: this is a dry run (the setting dryRun)",
};

/** Acts through `messagesApp`; chat.db says whether it came true. */
export function openActions(options: ActionsOptions): Actions {
  const { messagesApp, capabilities, policy, bus, timers } = options;
  const queue = openQueue();
  const stopping = new AbortController();

  /** Does it when it is its turn, and as things stand by then; what makes no sense already now is refused at once. */
  async function carryOut(
    name: Capability,
    plan: () => Plan,
    isEnding: (plan: Plan) => boolean = () => false,
  ): Promise<ActionReport> {
    const planNow = (): Plan => {
      const fault = capabilities.lacks(name);
      if (fault !== null) throw fault;
      const now = plan();
      if (!isEnding(now)) policy.check({ chat: now.chat }, "action");
      return now;
    };
    const isDry = (now: Plan): boolean => policy.isDryRun() && !isEnding(now);
    const first = planNow();
    const isQuiet = first.step === "already so" || isDry(first);
    if (isQuiet && !queue.has(first.about)) return perform(first, isDry(first), () => {});
    return queue.run(first.about, async (leave) => {
      const now = planNow();
      return perform(now, isDry(now), leave);
    });
  }

  async function perform(plan: Plan, isDry: boolean, leave: () => void): Promise<ActionReport> {
    if (plan.step === "already so") return { outcome: "already so", sentence: plan.sentence };
    if (isDry) return DRY_RUN;
    const watch = plan.showing && watchFor(plan.showing, { bus, timers });
    try {
      const end = await messagesApp.act(plan.action);
      leave();
      if (end.outcome === "not left") throw faultOf(end.code, end.reason);
      if (watch === null) return { outcome: "unconfirmable", sentence: plan.sentence + doubt(end) };
      const shows = await watch.within(SHOWS_WITHIN_MS, stopping.signal);
      if (shows) return { outcome: "confirmed", sentence: plan.sentence };
      return { outcome: "not confirmed", sentence: notShown(stopping.signal.aborted) + doubt(end) };
    } finally {
      watch?.stop();
    }
  }

  async function typing(conversation: string, isTyping: boolean): Promise<ActionReport> {
    let about = conversation;
    const planned = (): Plan => {
      const plan = planTyping(conversation, isTyping, options);
      about = plan.about;
      return plan;
    };
    // What was begun is ended whatever the rules say by now: the other side would go on seeing it.
    const report = await carryOut("typing", planned, (plan) => !isTyping && ends.isBegun(plan.about));
    if (report.outcome === "unconfirmable") ends.noted(about, isTyping);
    return report;
  }
  const ends = openTypingEnds(timers, (conversation) => typing(conversation, false));

  return {
    react: (order) => carryOut("react", () => planReaction(order, options)),
    async edit(order) {
      checkText(order.text);
      return carryOut("edit", () => planEdit(order, options));
    },
    unsend: (message) => carryOut("unsend", () => planUnsend(message, options)),
    read: (conversation) => carryOut("read", () => planRead(conversation, options)),
    typing,
    async stop() {
      ends.stop();
      stopping.abort();
      await new Promise<void>((resolve) => {
        const deadline = timers.after(STOP_MS, resolve);
        void queue.stop().then(() => {
          deadline.cancel();
          resolve();
        });
      });
    },
  };
}

function notShown(isStopping: boolean): string {
  if (isStopping) return "Messages was asked, but Bellhop stopped before chat.db showed it; look at Messages";
  return `Messages was asked, but chat.db did not show it within ${SHOWS_WITHIN_MS / 1000} seconds; it is not tried again`;
}

function doubt(end: SendOutcome): string {
  return end.outcome === "uncertain" ? ` (${end.reason})` : "";
}

/** Why Messages did not do it. What is not there is a bubble or a menu here, more often than a conversation. */
function faultOf(code: number | null, reason: string): Fault {
  const fault = faultOfCode(code, reason);
  if (fault.code !== "target_not_found") return fault;
  return new Fault("target_not_found", `it was not found in the Messages window: ${reason}`);
}
