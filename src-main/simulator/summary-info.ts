import { z } from "zod";
import { appleSeconds } from "./apple-time.ts";
import { PlistReal, type PlistValue, readBinaryPlist, writeBinaryPlist } from "./binary-plist.ts";

/**
 * `message.message_summary_info` of a message that was edited or unsent, under Apple's own keys.
 * Parts are numbered as in the body.
 */
export interface Summary {
  /** The original layout: where each part began (lo) and how long it was (le), in UTF-16 units. */
  otr: Record<string, { lo: number; le: number }>;
  /** Every version of an edited part, oldest first: its body (t) and when, in Apple's seconds (d). */
  ec: Record<string, Array<{ t: Buffer; d: number }>>;
  /** The parts that were unsent. */
  rp: number[];
}

const stored = z.object({
  otr: z.record(z.string(), z.object({ lo: z.number(), le: z.number() })).default({}),
  ec: z.record(z.string(), z.array(z.object({ t: z.instanceof(Buffer), d: z.number() }))).default({}),
  rp: z.array(z.number()).default([]),
});

/** The plist of a summary. `ep`, the list of edited parts, follows from the history. */
export function encodeSummary({ otr, ec, rp }: Summary): Buffer {
  const plist: Record<string, PlistValue> = { amc: 0, otr, ust: true };
  const edited = Object.keys(ec);
  if (edited.length > 0) {
    plist.ep = edited.map(Number);
    plist.ec = Object.fromEntries(
      Object.entries(ec).map(([part, versions]) => [
        part,
        versions.map(({ t, d }) => ({ t, d: new PlistReal(d) })),
      ]),
    );
  }
  if (rp.length > 0) plist.rp = rp;
  return writeBinaryPlist(plist);
}

/** Reads a summary that encodeSummary wrote; a message never edited has null. Throws on anything else. */
export function decodeSummary(plist: Buffer | null): Summary {
  return stored.parse(plist === null ? {} : readBinaryPlist(plist));
}

/** One version of a part. `at` in milliseconds since 1970. */
export function version(body: Buffer, at: number): { t: Buffer; d: number } {
  return { t: body, d: appleSeconds(at) };
}
