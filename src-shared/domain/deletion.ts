import { z } from "zod";

/** A message that was deleted, on this Mac or through iCloud. */
export const Deletion = z.object({
  guid: z.string(),
  /** Null when it is gone for good and nothing remembers where it was. */
  rowId: z.int().nullable(),
  conversationIds: z.array(z.string()),
  /** Still in Recently Deleted, for 30 days. */
  isRecoverable: z.boolean(),
  /** In ms since 1970. */
  at: z.int(),
});
export type Deletion = z.infer<typeof Deletion>;
