import type { Clock } from "../../ports/clock.ts";
import type { Lines } from "../../reading/lines.ts";
import { callingCodeOf } from "./phone-number.ts";

/** The lines of a Mac change once in a few years. */
const LOOK_EVERY_MS = 60_000;

/**
 * Tells the calling code of the country in which this Mac's phone numbers are, such as "44": of those that were used
 * lately, or of all where none was. Null where it has none, or some in several countries: then a number without its
 * country says too little. It is looked up when it is asked for, once a minute at most. Throws a Fault while chat.db
 * cannot be read.
 */
export function openLineCountry({
  lines,
  clock,
}: {
  lines: Lines;
  clock: Pick<Clock, "monotonic">;
}): () => string | null {
  let known: { callingCode: string | null; at: number } | null = null;
  return () => {
    const now = clock.monotonic();
    if (known === null || now - known.at >= LOOK_EVERY_MS) known = { callingCode: lookUp(lines), at: now };
    return known.callingCode;
  };
}

function lookUp(lines: Lines): string | null {
  const phones = lines.list().filter(({ kind }) => kind === "phone");
  const used = phones.filter(({ lastUsedAt }) => lastUsedAt !== null);
  const codes = (used.length > 0 ? used : phones).flatMap(({ handle }) => callingCodeOf(handle) ?? []);
  const [only, ...others] = new Set(codes);
  return others.length === 0 ? (only ?? null) : null;
}
