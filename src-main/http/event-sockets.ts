import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Event } from "../../src-shared/domain/event.ts";
import { asFault, Fault } from "../../src-shared/faults.ts";
import type { ApiKeys } from "../access/api-keys.ts";
import { keyInHeaders } from "../access/caller.ts";
import type { EventQuestion } from "../journal/event-question.ts";
import type { Follow, Sink } from "../journal/following.ts";
import type { Journal } from "../journal/journal.ts";
import type { Timers } from "../ports/timers.ts";
import type { ConnectionLog } from "./connection-log.ts";
import { expiredNotice, type FrameOf, shareFrames } from "./event-frames.ts";
import { keepAlive } from "./heartbeat.ts";
import { takenOfWrite } from "./taken-of-write.ts";

const LARGEST_FRAME = 64 * 1024;
/** Ours, as 1000 to 3999 are others': what came after the position is no longer kept. */
const CURSOR_EXPIRED = 4410;
/** RFC 6455, its registry: try again later. */
const TRY_AGAIN_LATER = 1013;

/** What the log says of a socket that we closed. */
const WHY: Readonly<Record<number, string>> = {
  [CURSOR_EXPIRED]: "what came after its position is no longer kept",
  [TRY_AGAIN_LATER]: "it was too slow",
};

/** WebSockets that get every event as one JSON text frame. */
export interface EventSockets {
  /** Takes over a connection; throws a Fault when the key is missing, the query makes no sense, or too many follow. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** How many are connected. */
  count(): number;
  /** Closes all with 1001, "going away". */
  close(): void;
  /** Cuts off whoever has not answered to that. */
  terminate(): void;
}

/**
 * Sockets that follow the journal: from `?since=` on, or from now. `frameOf` writes an event in the dialect's words;
 * what it cannot write is complained of and left out.
 */
export function openEventSockets(options: {
  keys: ApiKeys;
  follow: Follow;
  journal: Pick<Journal, "prunedTo" | "newest">;
  timers: Timers;
  frameOf(event: Event): string;
  /** What a socket asks for in its address. Throws `invalid_request`. */
  questionIn(query: URLSearchParams): EventQuestion;
  connected: ConnectionLog;
  complain(thrown: unknown): void;
}): EventSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME });
  const heartbeat = keepAlive(server, options.timers);
  const frames = shareFrames(options.frameOf, options.complain);

  const expire = (client: WebSocket, fault: Fault): void => {
    client.send(expiredNotice(fault, options.journal));
    client.close(CURSOR_EXPIRED, "cursor_expired");
  };

  return {
    accept(request, socket, head) {
      const query = new URL(request.url ?? "/", "http://localhost").searchParams;
      const text = query.get("api_key") ?? keyInHeaders(request.headers);
      const key = text === null ? null : options.keys.authenticate(text);
      if (!key?.scopes.includes("events:read")) {
        throw new Fault("unauthorized", "no valid API key was given; send it as ?api_key= or X-API-Key");
      }
      const question = options.questionIn(query);
      options.follow.checkPlace();
      server.handleUpgrade(request, socket, head, (client) => {
        // A frame that is too large, a reset: `ws` closes the socket, and nobody else is concerned.
        client.on("error", () => client.terminate());
        const closed = options.connected("WebSocket", key.name, question.since);
        client.on("close", (code) => closed(WHY[code] ?? null));
        const sink = socketSink(client, socket, frames, (fault) => expire(client, fault));
        try {
          const follower = options.follow({ ...question, sink });
          client.on("close", follower.stop);
        } catch (thrown) {
          const fault = asFault(thrown);
          if (fault.code === "cursor_expired") return expire(client, fault);
          options.complain(thrown);
          client.close(TRY_AGAIN_LATER, "something went wrong inside Bellhop");
        }
      });
    },
    count: () => server.clients.size,
    close() {
      heartbeat.stop();
      for (const socket of server.clients) socket.close(1001, "Bellhop stops");
      server.close();
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}

function socketSink(client: WebSocket, socket: Duplex, frames: FrameOf, expired: Sink["expired"]): Sink {
  let drained = (): void => {};
  return {
    write(event) {
      if (client.readyState !== client.OPEN) return;
      const frame = frames(event);
      // The callback comes when the frame has left this process; with an error when it never will.
      if (frame !== null) client.send(frame, { binary: false }, () => drained());
    },
    backlog: () => client.bufferedAmount - takenOfWrite(socket),
    onDrain(listener) {
      drained = listener;
    },
    expired,
    tooSlow: () => client.close(TRY_AGAIN_LATER, "too slow"),
  };
}
