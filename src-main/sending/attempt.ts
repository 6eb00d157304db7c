import { chatSpellings, parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { MessagesApp, SendContent, SendOutcome, SendTarget } from "../messages-app/messages-app.ts";

/** "No such object", and macOS 26's "cannot make that a chat": worth another spelling. */
const NOT_FOUND = new Set([-1728, -1719, -10002, -1700]);

/**
 * Everywhere a chat may be reached, best first: its guid as stored, the same under other services, and for
 * a direct chat the person. A chat that Messages does not have yet is reached through the person alone.
 */
export function targetsOf(chat: string, exists: boolean): SendTarget[] {
  const parts = parseChatGuid(chat);
  const chats = chatSpellings(chat).map((guid): SendTarget => ({ kind: "chat", guid }));
  if (parts?.separator !== "-") return chats;
  const service = parts.service === "SMS" ? "SMS" : "iMessage";
  const person: SendTarget = { kind: "participant", address: parts.identifier, service };
  return exists ? [...chats, person] : [person];
}

/**
 * Tries one target after the other for as long as the last attempt surely sent nothing and another target
 * may do better. The outcome is that of the last attempt made.
 */
export async function attempt(
  messagesApp: MessagesApp,
  targets: readonly SendTarget[],
  content: SendContent,
): Promise<SendOutcome> {
  let outcome: SendOutcome = { outcome: "not left", code: -1728, reason: "no target" };
  for (const target of targets) {
    outcome = await messagesApp.send(target, content);
    if (outcome.outcome !== "not left" || !NOT_FOUND.has(outcome.code ?? 0)) return outcome;
  }
  return outcome;
}
