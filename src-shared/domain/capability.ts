import { z } from "zod";

/** What can be done in Messages beside sending text and files: all of it in its window, by Accessibility. */
export const CAPABILITIES = ["react", "reply", "read", "typing", "edit", "unsend"] as const;
export const Capability = z.enum(CAPABILITIES);
export type Capability = z.infer<typeof Capability>;

/** One of them as it stands now. */
export const CapabilityView = z.object({
  name: Capability,
  available: z.boolean(),
  /** It depends on how Messages' window is built: an update of macOS may end it. */
  experimental: z.boolean(),
  /** Why it is not available, and what to do about it; null where it is. */
  reason: z.string().nullable(),
});
export type CapabilityView = z.infer<typeof CapabilityView>;
