import type { MessagesApp } from "./messages-app.ts";

/** Stands where nothing can send: a copy of a chat.db is read, and no osascript was given. */
export const noSender: MessagesApp = {
  send: async () => ({ outcome: "not left", code: null, reason: "there is no Messages here to send with" }),
};
