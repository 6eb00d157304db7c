import type { Message } from "../../src-shared/domain/message.ts";
import { Fault } from "../../src-shared/faults.ts";
import { parseChatGuid } from "../apple-messages/chat-guid.ts";
import { withoutPlaceholders } from "../apple-messages/row-to-domain.ts";
import type { Conversations } from "../reading/conversations.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxItem } from "./outbox-item.ts";
import { parseRecipient } from "./recipient.ts";
import type { Staging } from "./staging.ts";

/** The longest text that is sent, in bytes of UTF-8: one argument of a process holds 128 KiB. */
const LONGEST_TEXT = 100_000;

/** What a caller wants sent. `recipient` is a phone number, an Apple ID, or a conversation's id. */
export interface SendOrder {
  recipient: string;
  body: string;
  /** Absolute paths. */
  attachments: readonly string[];
}

/** What is known when the wait is over. `message` is its row, null while there is none. */
export interface SendReport {
  item: OutboxItem;
  message: Message | null;
}

/** Sends truthfully: the report says what chat.db says. */
export interface Sending {
  /**
   * Accepts the order into the outbox and waits for its row, `waitMs` at most. Throws a Fault when the
   * order makes no sense, when nothing can be sent here, or when it surely did not leave.
   */
  send(order: SendOrder, waitMs: number): Promise<SendReport>;
}

/** Sending through `outbox`. */
export function openSending(options: {
  outbox: Outbox;
  conversations: Conversations;
  staging: Staging;
  /** Whether there is an osascript to send with. */
  canSend: boolean;
}): Sending {
  const { outbox, conversations, staging } = options;
  return {
    async send(order, waitMs) {
      checkContent(order);
      if (!options.canSend) {
        throw new Fault(
          "sender_unavailable",
          "nothing can be sent from a copy of chat.db; start with --osascript FILE, or with --simulate",
        );
      }
      const chat = chatFor(order.recipient, conversations);
      const files: string[] = [];
      for (const path of order.attachments) files.push(await staging.stage(path));
      const text = order.body === "" ? [] : [{ kind: "text" as const, content: order.body }];
      const parts = [...text, ...files.map((content) => ({ kind: "file" as const, content }))];
      const id = outbox.accept({ chat, parts });
      const report = await outbox.wait(id, waitMs);
      const { item } = report;
      // Only where nothing of it has left may the whole be repeated, and the answer be an error that says why.
      if (item.parts.every(({ state, messageGuid }) => state === "failed" && messageGuid === null)) {
        throw new Fault(item.fault ?? "send_failed", item.reason ?? "it was not sent");
      }
      return report;
    },
  };
}

function checkContent({ body, attachments }: SendOrder): void {
  if (body === "" && attachments.length === 0) {
    throw new Fault("invalid_request", "there is nothing to send: give a body or attachments");
  }
  if (body !== "" && withoutPlaceholders(body).trim() === "") {
    throw new Fault("invalid_request", "body: there is nothing to read in it");
  }
  if (body.includes("\0")) throw new Fault("invalid_request", "body: a NUL cannot be sent");
  if (!body.isWellFormed()) throw new Fault("invalid_request", "body: half a surrogate pair is no text");
  if (Buffer.byteLength(body) > LONGEST_TEXT) {
    throw new Fault("payload_too_large", `body: longer than ${LONGEST_TEXT.toLocaleString("en")} bytes`);
  }
}

/** The chat that is meant, as Messages spells it. Throws when a group is not there: scripts cannot make one. */
function chatFor(recipient: string, conversations: Conversations): string {
  const given = parseChatGuid(recipient.trim());
  const guid = given ? recipient.trim() : `iMessage;-;${parseRecipient(recipient)}`;
  const known = conversations.find(guid);
  if (known !== null) return known;
  if (given === null) return guid;
  if (given.separator === "+") throw new Fault("target_not_found", `there is no conversation ${guid}`);
  return `${given.service};-;${parseRecipient(given.identifier)}`;
}
