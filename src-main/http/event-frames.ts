import type { Event } from "../../src-shared/domain/event.ts";
import type { Fault } from "../../src-shared/faults.ts";
import type { Journal } from "../journal/journal.ts";

/** As many are kept as sockets that are not quite level with each other need, and as large as they may be in bytes. */
const MOST_FRAMES = 256;
const MOST_BYTES = 1024 * 1024;

/** An event as bytes; null when it cannot be written, so that it holds up nobody. */
export type FrameOf = (event: Event) => Buffer | null;

/** Writes each event once for all who are told of it about the same time. */
export function shareFrames(write: (event: Event) => string, complain: (thrown: unknown) => void): FrameOf {
  const frames = new Map<number, Buffer | null>();
  let bytes = 0;
  return (event) => {
    const known = frames.get(event.seq);
    if (known !== undefined) return known;
    const frame = written(event);
    frames.set(event.seq, frame);
    bytes += frame?.length ?? 0;
    for (const [seq, oldest] of frames) {
      if (frames.size <= MOST_FRAMES && bytes <= MOST_BYTES) break;
      frames.delete(seq);
      bytes -= oldest?.length ?? 0;
    }
    return frame;
  };

  function written(event: Event): Buffer | null {
    try {
      return Buffer.from(write(event));
    } catch (thrown) {
      complain(thrown);
      return null;
    }
  }
}

/** What a client is told last whose position is no longer kept: where it may begin instead. */
export function expiredNotice(fault: Fault, journal: Pick<Journal, "prunedTo" | "newest">): string {
  return JSON.stringify({
    type: "cursor_expired",
    error: fault.message,
    code: fault.code,
    oldest_since: journal.prunedTo(),
    newest: journal.newest(),
  });
}
