import { z } from "zod";

/** In the order of Apple's numbers, from 2000 on. */
export const ReactionKind = z.enum([
  "love",
  "like",
  "dislike",
  "laugh",
  "emphasize",
  "question",
  "emoji",
  "sticker",
]);
export type ReactionKind = z.infer<typeof ReactionKind>;

/** A tapback, or the removal of one. */
export const Reaction = z.object({
  rowId: z.int(),
  guid: z.string(),
  targetGuid: z.string(),
  /** ROWID of the message it is on; null when that message is gone. */
  targetRowId: z.int().nullable(),
  /** Which part of the message; null for the whole of it. */
  targetPart: z.int().nullable(),
  conversationIds: z.array(z.string()),
  sender: z.string().nullable(),
  isFromMe: z.boolean(),
  kind: ReactionKind,
  /** Only with kind `emoji`. */
  emoji: z.string().nullable(),
  removed: z.boolean(),
  at: z.int(),
});
export type Reaction = z.infer<typeof Reaction>;
