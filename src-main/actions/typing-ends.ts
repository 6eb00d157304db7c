import type { Timer, Timers } from "../ports/timers.ts";

/** Typing that nobody ends is ended: the other side would see it for ever, and the draft would stay in the field. */
const LONGEST_MS = 60_000;
/** While Messages' window is busy with something else. */
const AGAIN_MS = 5_000;
const MOST_TRIES = 3;

/** Ends what was begun and not ended. */
export interface TypingEnds {
  /** Typing shows in this conversation, or no longer. */
  noted(conversation: string, isTyping: boolean): void;
  /** Whether typing that was begun shows there, as far as is known. */
  isBegun(conversation: string): boolean;
  stop(): void;
}

/** @param end stops typing in a conversation; may reject. */
export function openTypingEnds(timers: Timers, end: (conversation: string) => Promise<unknown>): TypingEnds {
  const due = new Map<string, Timer>();
  const cancel = (conversation: string): void => {
    due.get(conversation)?.cancel();
    due.delete(conversation);
  };
  const endIn = (ms: number, conversation: string, triesLeft: number): void => {
    const timer = timers.after(ms, () => {
      // What cannot be ended, such as in a window that was closed, does not show any more either.
      end(conversation)
        .then(
          () => false,
          () => triesLeft > 1,
        )
        .then((isAgain) => {
          if (due.get(conversation) !== timer) return;
          if (isAgain) endIn(AGAIN_MS, conversation, triesLeft - 1);
          else due.delete(conversation);
        });
    });
    due.set(conversation, timer);
  };
  return {
    noted(conversation, isTyping) {
      cancel(conversation);
      if (isTyping) endIn(LONGEST_MS, conversation, MOST_TRIES);
    },
    isBegun: (conversation) => due.has(conversation),
    stop() {
      for (const conversation of [...due.keys()]) cancel(conversation);
    },
  };
}
