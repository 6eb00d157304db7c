import { z } from "zod";
import { Message } from "./message.ts";

/** A direct chat or a group, whatever the services it runs over. `id` is Messages' own guid of its main chat. */
export const Conversation = z.object({
  id: z.string(),
  /** Every guid under which Messages knows it, `id` among them. */
  spellings: z.array(z.string()),
  participants: z.array(z.string()),
  displayName: z.string().nullable(),
  isGroup: z.boolean(),
  services: z.array(z.string()),
  /** The line of this Mac that was last used in it. */
  line: z.string().nullable(),
  isArchived: z.boolean(),
  filter: z.enum(["none", "unknown_sender", "junk", "dropped"]),
  latestMessage: Message.nullable(),
});
export type Conversation = z.infer<typeof Conversation>;
