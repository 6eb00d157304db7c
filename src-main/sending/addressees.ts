import { isPersonal } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import { chatKey, parseChatGuid } from "../apple-messages/chat-guid.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Messages } from "../reading/messages.ts";
import { withCountry } from "./policy/phone-number.ts";
import { parseRecipient } from "./recipient.ts";
import type { SendOrder } from "./send-order.ts";

/** Whom an order is for, and what it answers. */
export interface Addressees {
  /**
   * The chat that is meant, as Messages spells it; a number without its country is one of the country of this Mac's
   * lines, where no chat goes by it as it is. Throws when a group is not there: scripts cannot make one.
   */
  chatFor(order: Pick<SendOrder, "recipient" | "service">): string;
  /** The guid of the message that is answered; null for none. Throws when it is not in the conversation of `chat`. */
  answered(order: Pick<SendOrder, "replyTo">, chat: string): string | null;
}

/** Looks them up. */
export function addressees(options: {
  conversations: Pick<Conversations, "find" | "get">;
  messages: Pick<Messages, "get">;
  callingCode(): string | null;
}): Addressees {
  const { conversations, messages, callingCode } = options;
  return {
    chatFor({ recipient, service }) {
      const given = parseChatGuid(recipient.trim());
      const guid = given ? recipient.trim() : `${service ?? "iMessage"};-;${parseRecipient(recipient)}`;
      const known = conversations.find(guid);
      if (known !== null) return known;
      if (given?.separator === "+") throw new Fault("target_not_found", `there is no conversation ${guid}`);
      const address = withCountry(parseRecipient(given?.identifier ?? recipient), callingCode);
      const full = `${service ?? given?.service ?? "iMessage"};-;${address}`;
      return conversations.find(full) ?? full;
    },
    answered({ replyTo }, chat) {
      if (replyTo === null) return null;
      const { guid, kind, conversationIds } = messages.get(replyTo);
      const isThere = conversations.find(chat) !== null;
      const keys = new Set((isThere ? [chat, ...conversations.get(chat).spellings] : []).map(chatKey));
      if (!conversationIds.some((id) => keys.has(chatKey(id)))) {
        throw new Fault("invalid_request", `reply_to: message ${replyTo} is in another conversation`);
      }
      if (!isPersonal(kind)) {
        throw new Fault("invalid_request", `reply_to: ${replyTo} is no message that anybody wrote`);
      }
      return guid;
    },
  };
}
