import { ArchivedUrl } from "../decoding/archived-url.ts";

/** What a decoded archive holds under a key; undefined where it holds nothing, or is no dictionary. */
export function entry(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) found = found instanceof Map ? found.get(key) : undefined;
  return found;
}

/** A text that says something, from an archive; null for anything else. */
export function words(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

/** A URL from an archive, in full; null for anything else. */
export function address(value: unknown): string | null {
  return value instanceof ArchivedUrl ? words(value.absolute) : words(value);
}
