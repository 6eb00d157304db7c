import { z } from "zod";

/** A phone number or Apple ID under which this Mac sends and receives. */
export const Line = z.object({
  handle: z.string(),
  kind: z.enum(["phone", "email"]),
  services: z.array(z.string()),
  /** When it was last used, in ms since 1970; null when nothing says. */
  lastUsedAt: z.int().nullable(),
});
export type Line = z.infer<typeof Line>;
