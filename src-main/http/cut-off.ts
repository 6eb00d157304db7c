import type { RequestHandler } from "express";
import { Fault } from "../../src-shared/faults.ts";

/**
 * Refuses a body as soon as it has more than `limit` bytes. The parser reads one that is too large to its end
 * before it says so, and an endless one has none. To be put before the parser.
 */
export function cutOff(limit: number): RequestHandler {
  return (request, _response, next) => {
    let left = limit;
    request.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left >= 0) return;
      request.removeAllListeners("data");
      next(new Fault("payload_too_large", `the body is larger than ${inWords(limit)}`));
    });
    next();
  };
}

function inWords(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MB` : `${Math.round(bytes / 1024)} kB`;
}
