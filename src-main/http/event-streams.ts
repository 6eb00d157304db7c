import type { ServerResponse } from "node:http";
import type { Event } from "../../src-shared/domain/event.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { EventQuestion } from "../journal/event-question.ts";
import type { Follow } from "../journal/following.ts";
import type { Journal } from "../journal/journal.ts";
import type { Timer, Timers } from "../ports/timers.ts";
import type { ConnectionLog } from "./connection-log.ts";
import { expiredNotice, shareFrames } from "./event-frames.ts";
import type { Streaming } from "./route.ts";
import { takenOfWrite } from "./taken-of-write.ts";

/** How often a stream says that it is there, in ms: more often than what lies between gives up silent connections. */
const KEEP_ALIVE_MS = 15_000;
/** How soon a client comes back, in ms. */
const RETRY_MS = 2_000;

/** Streams of server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventStreams {
  /**
   * What answers with events until the client leaves. Throws before anything is sent: `cursor_expired` when what is
   * asked for is no longer kept, `busy` when too many follow.
   */
  stream(question: EventQuestion, keyName: string): Streaming;
  /** How many go on. */
  count(): number;
  /** Ends all of them; clients come back with the id of the last event they saw. */
  close(): void;
}

/** Streams that follow the journal; `dataOf` writes an event in the dialect's words, in one line. */
export function openEventStreams(options: {
  follow: Follow;
  journal: Pick<Journal, "checkCursor" | "prunedTo" | "newest">;
  timers: Timers;
  dataOf(event: Event): string;
  connected: ConnectionLog;
  complain(thrown: unknown): void;
}): EventStreams {
  const endings = new Set<() => void>();
  let closed = false;
  const blocks = shareFrames(
    (event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${options.dataOf(event)}\n\n`,
    options.complain,
  );

  return {
    stream(question, keyName) {
      if (closed)
        throw new Fault("shutting_down", "Bellhop is stopping; come back in a moment", { retryAfter: 5 });
      if (question.since !== null) options.journal.checkCursor(question.since);
      options.follow.checkPlace();
      return (response) => begin(response, question, keyName);
    },
    count: () => endings.size,
    close() {
      closed = true;
      for (const end of [...endings]) end();
    },
  };

  function begin(response: ServerResponse, question: EventQuestion, keyName: string): void {
    const closed = options.connected("Event stream", keyName, question.since);
    let keepAlive: Timer | undefined;
    /** The last id the client was told; none yet. */
    let told = -1;

    const end = (last = ""): void => {
      keepAlive?.cancel();
      follower.stop();
      endings.delete(end);
      if (!response.writableEnded) response.end(last);
    };
    const follower = options.follow({
      ...question,
      sink: {
        write(event) {
          const block = blocks(event);
          if (block === null) return;
          response.write(block);
          told = event.seq;
        },
        backlog: () => response.writableLength - takenOfWrite(response.socket),
        onDrain: (listener) => void response.on("drain", listener),
        expired: (fault) => end(`event: cursor_expired\ndata: ${expiredNotice(fault, options.journal)}\n\n`),
        tooSlow() {
          end();
          // What is before it is not waited for.
          response.destroy();
        },
      },
    });

    /** An id alone is no event to a client, but it comes back with it: also when nothing that it wants happened. */
    const position = (): string => {
      if (follower.position() <= told) return "";
      told = follower.position();
      return `id: ${told}\n`;
    };
    const stayAlive = (): void => {
      response.write(`: keep-alive\n${position()}\n`);
      keepAlive = options.timers.after(KEEP_ALIVE_MS, stayAlive);
    };

    response.statusCode = 200;
    // A connection that is kept for another request would hold up a stop.
    response.shouldKeepAlive = false;
    response.setHeader("Content-Type", "text/event-stream; charset=utf-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    response.write(`retry: ${RETRY_MS}\n${position()}\n`);
    keepAlive = options.timers.after(KEEP_ALIVE_MS, stayAlive);
    endings.add(end);
    response.once("close", () => {
      end();
      closed(null);
    });
  }
}
