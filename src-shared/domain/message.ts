import { z } from "zod";
import { Attachment } from "./attachment.ts";

export const MessageStatus = z.enum(["sent", "delivered", "read", "failed"]);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** One message as Messages stored it. Times are milliseconds since 1970, UTC. */
export const Message = z.object({
  rowId: z.int(),
  guid: z.string(),
  /** Every conversation that holds it, the main one first; empty while Messages has not joined it to one. */
  conversationIds: z.array(z.string()),
  /** The handle it came from; null when it is from this Mac or when Messages does not say. */
  sender: z.string().nullable(),
  isFromMe: z.boolean(),
  /** Decoded text without attachment placeholders; null when there is none. */
  body: z.string().nullable(),
  attachments: z.array(Attachment),
  at: z.int(),
  service: z.string().nullable(),
  status: MessageStatus,
  /** Messages' own error number, 0 when all is well. */
  errorCode: z.int(),
});
export type Message = z.infer<typeof Message>;
