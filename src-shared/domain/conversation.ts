import { z } from "zod";
import { Message } from "./message.ts";

/** A direct chat or a group. `id` is Messages' own chat guid. */
export const Conversation = z.object({
  id: z.string(),
  participants: z.array(z.string()),
  displayName: z.string().nullable(),
  isGroup: z.boolean(),
  latestMessage: Message.nullable(),
});
export type Conversation = z.infer<typeof Conversation>;
