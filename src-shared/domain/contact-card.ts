import { z } from "zod";

/** A line that a person reads. */
const line = z
  .string({ error: "must be a text" })
  .trim()
  .min(1, "must not be empty")
  .max(1_000, "is too long")
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be text without a NUL");
/** What it is: home, work, mobile, or a word of one's own. */
const label = line.max(100, "is too long").optional();
/** Several of them; what each looks like is said where one is not. */
const several = <T extends z.ZodRawShape>(shape: T, example: string) =>
  z
    .array(z.object(shape, { error: `must look like ${example}` }), { error: `must be a list of ${example}` })
    .max(50, "at most 50")
    .default([]);

/** Somebody to be sent as a contact card. What is left out is left out of the card. */
export const ContactCard = z
  .object({
    /** The whole name, where its parts are not known. */
    name: line.optional(),
    first: line.optional(),
    middle: line.optional(),
    last: line.optional(),
    prefix: line.optional(),
    suffix: line.optional(),
    nickname: line.optional(),
    organization: line.optional(),
    title: line.optional(),
    phones: several({ number: line, label }, '{"number":"+15550111","label":"mobile"}'),
    emails: several({ address: line, label }, '{"address":"maya@example.com"}'),
    urls: several({ url: line, label }, '{"url":"https://example.com"}'),
    addresses: several(
      {
        street: line.optional(),
        city: line.optional(),
        region: line.optional(),
        postcode: line.optional(),
        country: line.optional(),
        label,
      },
      '{"street":"…","city":"…"}',
    ),
    /** YYYY-MM-DD. */
    birthday: z.iso.date({ error: "must be a day, YYYY-MM-DD" }).optional(),
    note: z.string({ error: "must be a text" }).max(10_000, "is too long").optional(),
    /** The id of an uploaded JPEG, PNG or GIF. */
    photo: z.string({ error: "must be the id of an uploaded file" }).optional(),
  })
  .refine((card) => card.name ?? card.first ?? card.last ?? card.nickname ?? card.organization, {
    path: ["name"],
    error: "give a name, first, last, nickname or organization",
  });
export type ContactCard = z.infer<typeof ContactCard>;
