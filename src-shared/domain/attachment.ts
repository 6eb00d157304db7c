import { z } from "zod";

/**
 * Where a file's transfer stands: `waiting` to be downloaded, `downloading`, `ready` on this Mac, `failed`, or
 * `missing` although Messages calls it done.
 */
export const AttachmentState = z.enum(["waiting", "downloading", "ready", "failed", "missing"]);
export type AttachmentState = z.infer<typeof AttachmentState>;

/** A file that came or went with a message. `path` is null until Messages has given it a place. */
export const Attachment = z.object({
  guid: z.string(),
  /** Absolute path, `~` expanded. */
  path: z.string().nullable(),
  name: z.string().nullable(),
  mimeType: z.string().nullable(),
  /** Apple's uniform type identifier, such as `public.heic`. */
  uti: z.string().nullable(),
  sizeBytes: z.int().nullable(),
  state: AttachmentState,
  isSticker: z.boolean(),
  /** What it shows or says, where Messages knows: the words of a voice note, the description of a genmoji. */
  description: z.string().nullable(),
});
export type Attachment = z.infer<typeof Attachment>;
