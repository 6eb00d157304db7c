import type {
  Action,
  MessagesApp,
  SendContent,
  SendOutcome,
  SendTarget,
} from "../messages-app/messages-app.ts";

/** An attempt that was made. */
export interface Attempt {
  target: SendTarget;
  content: SendContent;
}

/** What becomes of an attempt; may write rows before it says. */
export type Act = (attempt: Attempt) => SendOutcome | Promise<SendOutcome>;

/** Messages as a script plays it. */
export interface FakeMessagesApp extends MessagesApp {
  attempts: Attempt[];
  /** What was done in its window; all of it is taken. */
  actions: Action[];
  /** The texts and paths in the order in which they were given. */
  contents(): string[];
}

export const taken: SendOutcome = { outcome: "taken" };
export const notLeft = (code: number | null): SendOutcome => ({
  outcome: "not left",
  code,
  reason: `error ${code}`,
});
export const timedOut: SendOutcome = { outcome: "uncertain", code: -1712, reason: "it took too long" };

/** Plays the acts in order; the last one goes on for ever. */
export function fakeMessagesApp(...acts: readonly [Act, ...Act[]]): FakeMessagesApp {
  const attempts: Attempt[] = [];
  const actions: Action[] = [];
  return {
    attempts,
    actions,
    contents: () => attempts.map(({ content }) => (content.kind === "text" ? content.text : content.path)),
    async send(target, content) {
      const act = acts[Math.min(attempts.length, acts.length - 1)] ?? acts[0];
      attempts.push({ target, content });
      return act({ target, content });
    },
    async act(action) {
      actions.push(action);
      return taken;
    },
    askAutomation: async () => ({ answer: "on" }),
  };
}
