import { dateOf } from "../decoding/apple-date.ts";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { bounded, type Work, type WorkCount } from "../decoding/work.ts";
import { TypedstreamReader } from "./reader.ts";
import type { AttributedRun, AttributedText, Shapes, Value } from "./value.ts";

export type { AttributedRun, AttributedText };

/**
 * What an attribute may hold once the archive's classes are gone. A URL is its text, resolved where it has
 * a base, and null beyond 4,096 characters; a date is milliseconds since 1970; what has no counterpart is
 * null.
 */
export type AttributeValue = Value<never>;

const LONGEST_URL = 4_096;

const shapes: Shapes<never> = {
  date: (seconds) => dateOf(seconds).getTime(),
  url: (relative, base) => {
    if (relative.length > LONGEST_URL) return null;
    return typeof base === "string" ? new ArchivedUrl(relative, new ArchivedUrl(base)).absolute : relative;
  },
  attributed: ({ text }) => text,
  other: () => null,
};

/**
 * Decodes `message.attributedBody`: an NSAttributedString as a typedstream, that is an NSString and then,
 * run after run, a dictionary's number and a length, with the dictionary itself at its number's first use.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function decodeAttributedBody(bytes: Uint8Array, count?: WorkCount): AttributedText | null {
  return bounded(bytes.length, (work) => parseAttributedBody(bytes, work), count);
}

/** As decodeAttributedBody, for a decoder that goes on with the same work. Throws Damaged. */
export function parseAttributedBody(bytes: Uint8Array, work: Work): AttributedText | null {
  const reader = new TypedstreamReader(bytes, shapes, work);
  reader.readRoot();
  return reader.rootText;
}
