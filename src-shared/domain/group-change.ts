import { z } from "zod";

/** What happened to a conversation. `handle` is whom it concerns, `name` what it is called now. */
export const GroupChange = z.object({
  action: z.enum([
    "member_added",
    "member_removed",
    "member_left",
    "number_changed",
    "renamed",
    "name_removed",
    "photo_set",
    "photo_removed",
    "background_set",
    "background_removed",
  ]),
  handle: z.string().nullable(),
  name: z.string().nullable(),
});
export type GroupChange = z.infer<typeof GroupChange>;
