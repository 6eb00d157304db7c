/** Seconds as RFC 9110 has them, and with a fraction, as some servers write them. */
const SECONDS = /^\d{1,300}(?:\.\d{1,15})?$/;

/** `Retry-After` in seconds or as a date, as ms from now; 0 for none, for the past and for nonsense. */
export function parseRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const wait = SECONDS.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(wait) && wait > 0 ? wait : 0;
}
