import type { MessagesApp, SendOutcome } from "../../messages-app/messages-app.ts";

/** Tells at the very moment what became of an attempt to send a text; the outbox itself waits for the row. */
export interface AttemptsTold {
  /** Calls `ended` after each attempt to send this text. Returns how to stop listening. */
  onEnd(text: string, ended: (outcome: SendOutcome) => void): () => void;
}

/** Messages as it was, and what tells of its attempts. */
export function tellAttempts(messagesApp: MessagesApp): { messagesApp: MessagesApp; attempts: AttemptsTold } {
  const listeners = new Map<string, (outcome: SendOutcome) => void>();
  return {
    messagesApp: {
      act: (action) => messagesApp.act(action),
      askAutomation: () => messagesApp.askAutomation(),
      async send(target, content) {
        const outcome = await messagesApp.send(target, content);
        if (content.kind === "text") listeners.get(content.text)?.(outcome);
        return outcome;
      },
    },
    attempts: {
      onEnd(text, ended) {
        listeners.set(text, ended);
        return () => void listeners.delete(text);
      },
    },
  };
}
