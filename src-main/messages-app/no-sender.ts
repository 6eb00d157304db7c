import type { MessagesApp } from "./messages-app.ts";

const NOTHING_HERE = { code: null, reason: "there is no Messages here to send with" };

/** Stands where nothing can send: a copy of a chat.db is read, and no osascript was given. */
export const noSender: MessagesApp = {
  send: async () => ({ outcome: "not left", ...NOTHING_HERE }),
  act: async () => ({ outcome: "not left", ...NOTHING_HERE }),
  askAutomation: async () => ({ answer: "unknown", ...NOTHING_HERE }),
};
