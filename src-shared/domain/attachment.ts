import { z } from "zod";

/** A file that came or went with a message. `path` is null until the file is on this Mac. */
export const Attachment = z.object({
  guid: z.string(),
  /** Absolute path, `~` expanded. */
  path: z.string().nullable(),
  name: z.string().nullable(),
  mimeType: z.string().nullable(),
  sizeBytes: z.int().nullable(),
});
export type Attachment = z.infer<typeof Attachment>;
