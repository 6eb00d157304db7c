import { z } from "zod";

/** A line that a person reads. */
const line = z.string().trim().min(1).max(1_000);
/** What it is: home, work, mobile, or a word of one's own. */
const label = line.max(100).optional();

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
    phones: z
      .array(z.object({ number: line, label }))
      .max(50)
      .default([]),
    emails: z
      .array(z.object({ address: line, label }))
      .max(50)
      .default([]),
    urls: z
      .array(z.object({ url: line, label }))
      .max(50)
      .default([]),
    addresses: z
      .array(
        z.object({
          street: line.optional(),
          city: line.optional(),
          region: line.optional(),
          postcode: line.optional(),
          country: line.optional(),
          label,
        }),
      )
      .max(50)
      .default([]),
    /** YYYY-MM-DD. */
    birthday: z.iso.date({ error: "must be a day, YYYY-MM-DD" }).optional(),
    note: z.string().max(10_000).optional(),
    /** The id of an uploaded JPEG, PNG or GIF. */
    photo: z.string().optional(),
  })
  .refine((card) => card.name ?? card.first ?? card.last ?? card.nickname ?? card.organization, {
    path: ["name"],
    error: "give a name, first, last, nickname or organization",
  });
export type ContactCard = z.infer<typeof ContactCard>;
