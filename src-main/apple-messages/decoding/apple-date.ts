import { Damaged } from "./work.ts";

/** 2001-01-01 UTC in milliseconds since 1970. */
const EPOCH_MS = 978_307_200_000;

/** An archived date, in seconds since 2001-01-01 UTC, to the millisecond. Throws Damaged for no date at all. */
export function dateOf(seconds: number): Date {
  const date = new Date(Math.round(seconds * 1_000) + EPOCH_MS);
  if (Number.isNaN(date.getTime())) throw new Damaged("a date beyond all dates");
  return date;
}
