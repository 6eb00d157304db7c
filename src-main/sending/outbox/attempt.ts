import type { SendService } from "../../../src-shared/domain/outbox.ts";
import { Fault } from "../../../src-shared/faults.ts";
import { chatSpellings, parseChatGuid } from "../../apple-messages/chat-guid.ts";
import type { ChatDatabase } from "../../apple-messages/connection.ts";
import type { MessagesApp, SendContent, SendOutcome, SendTarget } from "../../messages-app/messages-app.ts";

/** "No such object", and macOS 26's "cannot make that a chat": worth another spelling. */
const NOT_FOUND = new Set([-1728, -1719, -10002, -1700]);

/** A chat as chat.db has it. */
export interface KnownChat {
  guid: string;
  /** What it goes by, the best first; none where Messages does not say. */
  services: readonly SendService[];
}

/** The chat under any of its spellings; null when Messages does not have it. */
export function knownChat({ conversations, directory }: ChatDatabase, chat: string): KnownChat | null {
  const guid = chatSpellings(chat).find((spelling) => conversations.byGuid(spelling) !== null);
  if (guid === undefined) return null;
  const said = directory.find(guid)?.chats.find((one) => one.guid === guid)?.services ?? [];
  return { guid, services: BEST_FIRST.filter((service) => said.includes(service)) };
}

/**
 * Everywhere a chat may be reached, best first. Where no service was asked for: its guid as stored, the same under
 * other services, and for a direct chat the person by its own service. A chat that Messages does not have yet is
 * reached through the person alone. A service that was asked for is the only one. Throws a Fault where that cannot be.
 */
export function targetsOf(chat: string, known: KnownChat | null, asked: SendService | null): SendTarget[] {
  const parts = parseChatGuid(chat);
  const guid = known?.guid ?? chat;
  const spellings = chatSpellings(guid).map((spelling): SendTarget => ({ kind: "chat", guid: spelling }));
  const prefix = ofPrefix(guid);
  const services = known !== null && known.services.length > 0 ? known.services : prefix ? [prefix] : [];
  if (parts?.separator !== "-") {
    if (asked === null || services.length === 0 || services.includes(asked)) return spellings;
    throw new Fault("service_unavailable", `that group goes by ${services.join(", ")}, and not by ${asked}`);
  }
  const service = asked ?? services[0] ?? "iMessage";
  const person: SendTarget = { kind: "participant", address: parts.identifier, service };
  if (known === null) return [person];
  if (asked === null) return [...spellings, person];
  // What goes by several services goes by the one that Messages likes best.
  const isItsOwn = prefix === asked || (prefix === null && services.length === 1 && services[0] === asked);
  return isItsOwn ? [{ kind: "chat", guid }, person] : [person];
}

const BEST_FIRST: readonly SendService[] = ["iMessage", "RCS", "SMS"];

const ofPrefix = (guid: string): SendService | null =>
  BEST_FIRST.find((service) => service === parseChatGuid(guid)?.service) ?? null;

/**
 * Tries one target after the other for as long as the last attempt surely sent nothing and another target
 * may do better. The outcome is that of the last attempt made.
 */
export async function attempt(
  messagesApp: Pick<MessagesApp, "send">,
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
