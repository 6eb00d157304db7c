import { z } from "zod";

/** A stretch of a message's `body`, counted in UTF-16 units as JavaScript and Apple count. */
const stretch = { start: z.int(), length: z.int() };

/** Somebody who is mentioned by handle. */
export const Mention = z.object({ ...stretch, handle: z.string() });
export type Mention = z.infer<typeof Mention>;

/** An address behind a stretch of text: a web page, `tel:` or `mailto:`. */
export const Link = z.object({ ...stretch, url: z.string() });
export type Link = z.infer<typeof Link>;

export const TEXT_STYLES = [
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "ripple",
  "big",
  "bloom",
  "nod",
  "shake",
  "jitter",
  "small",
  "explode",
] as const;

/** How a stretch of text is set: four styles and eight animations. */
export const Style = z.object({ ...stretch, style: z.enum(TEXT_STYLES) });
export type Style = z.infer<typeof Style>;

/** Something that Apple's detectors found: `kind` is Apple's own (`Money`, `PhysicalAmount`, `Date`, `Email` …). */
export const Detection = z.object({ ...stretch, kind: z.string(), value: z.string().nullable() });
export type Detection = z.infer<typeof Detection>;

/**
 * One of the parts that a message is made of: a bubble of text, or a file. `index` is Apple's number; what is
 * left after an unsend keeps it.
 */
export const Part = z.object({
  index: z.int(),
  text: z.string().nullable(),
  attachment: z.string().nullable().describe("The guid of the file."),
});
export type Part = z.infer<typeof Part>;

/** What Messages translated a part into; `language` as Apple writes it, such as `fr_FR`, null where it does not. */
export const Translation = z.object({
  part: z.int(),
  text: z.string(),
  language: z.string().nullable(),
});
export type Translation = z.infer<typeof Translation>;

/**
 * An edited part's history, oldest first; the last one is what stands now. What is longer than anybody edits lacks
 * its oldest versions.
 */
export const Edit = z.object({
  part: z.int(),
  versions: z.array(z.object({ at: z.int(), body: z.string().nullable() })),
});
export type Edit = z.infer<typeof Edit>;
