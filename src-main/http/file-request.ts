import type { Request } from "express";

/** A file as its validators describe it. */
export interface Validators {
  etag: string;
  /** In bytes. */
  size: number;
  /** In ms since 1970. */
  modifiedAt: number;
}

/** What of a file is to be sent: from which byte on and how many. 412 and 416 send nothing of it. */
export interface Part {
  status: 200 | 206 | 412 | 416;
  start: number;
  length: number;
}

/**
 * Which part of a file a request is about, by its conditions and its range. Several ranges at once are the whole
 * file, which any server may answer. Whether the client has it already is not asked here. Source: RFC 9110, 13 and 14.
 */
export function partFor(request: Request, file: Validators): Part {
  const whole: Part = { status: 200, start: 0, length: file.size };
  if (!isMeant(request, file)) return { ...whole, status: 412 };
  if (request.method !== "GET" || !goesOn(request, file)) return whole;
  const ranges = request.range(file.size, { combine: true });
  if (ranges === -1) return { ...whole, status: 416 };
  if (ranges === undefined || ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return whole;
  const [range] = ranges;
  return range ? { status: 206, start: range.start, length: range.end - range.start + 1 } : whole;
}

/** `If-Match`, or else `If-Unmodified-Since`. */
function isMeant(request: Request, { etag, modifiedAt }: Validators): boolean {
  const tags = request.get("If-Match");
  if (tags !== undefined) {
    return tags.trim() === "*" || tags.split(",").some((tag) => tag.trim() === etag);
  }
  const since = dateIn(request.get("If-Unmodified-Since"));
  return since === null || wholeSeconds(modifiedAt) <= since;
}

/** `If-Range`: a range is only of use to whoever has the rest of the very same file. */
function goesOn(request: Request, { etag, modifiedAt }: Validators): boolean {
  const condition = request.get("If-Range");
  if (condition === undefined) return true;
  if (condition.includes('"')) return condition.trim() === etag;
  return dateIn(condition) === wholeSeconds(modifiedAt);
}

function dateIn(text: string | undefined): number | null {
  const date = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : date;
}

/** As the header has it. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
