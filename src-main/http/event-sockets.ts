import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Event, EventType } from "../../src-shared/domain/event.ts";
import { EVENT_TYPES } from "../../src-shared/domain/event.ts";
import { Fault } from "../../src-shared/faults.ts";
import type { ApiKeys } from "../access/api-keys.ts";
import { keyInHeaders } from "../access/caller.ts";
import type { Bus } from "../journal/bus.ts";
import type { Timers } from "../ports/timers.ts";
import { keepAlive, sendOrLetGo } from "./heartbeat.ts";

const LARGEST_FRAME = 64 * 1024;

/** WebSockets that get every event as one JSON text frame. */
export interface EventSockets {
  /** Takes over a connection; throws a Fault when the key is missing or the filter makes no sense. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all with 1001, "going away". */
  close(): void;
  /** Cuts off whoever has not answered to that. */
  terminate(): void;
}

/** Sockets fed by `bus`; `frameOf` writes an event in the dialect's words. */
export function openEventSockets(options: {
  keys: ApiKeys;
  bus: Bus;
  timers: Timers;
  frameOf(event: Event): string;
}): EventSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME });
  const heartbeat = keepAlive(server, options.timers);
  const wanted = new WeakMap<WebSocket, ReadonlySet<EventType>>();
  const unsubscribe = options.bus.subscribe((event) => {
    if (server.clients.size === 0) return;
    const frame = options.frameOf(event);
    for (const socket of server.clients) {
      if (wanted.get(socket)?.has(event.type)) sendOrLetGo(socket, frame);
    }
  });

  return {
    accept(request, socket, head) {
      const query = new URL(request.url ?? "/", "http://localhost").searchParams;
      const text = query.get("api_key") ?? keyInHeaders(request.headers);
      const key = text === null ? null : options.keys.authenticate(text);
      if (!key?.scopes.includes("events:read")) {
        throw new Fault("unauthorized", "no valid API key was given; send it as ?api_key= or X-API-Key");
      }
      const types = parseTypes(query.get("types"));
      server.handleUpgrade(request, socket, head, (client) => {
        wanted.set(client, types);
        // A frame that is too large, a reset: `ws` closes the socket, and nobody else is concerned.
        client.on("error", () => client.terminate());
      });
    },
    close() {
      unsubscribe();
      heartbeat.stop();
      for (const socket of server.clients) socket.close(1001, "Bellhop stops");
      server.close();
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}

/** AiMessage's clients expect these and no other; whoever wants more asks for it. */
const UNASKED: readonly EventType[] = [
  "message.received",
  "message.sent",
  "reaction.added",
  "reaction.removed",
];

function parseTypes(text: string | null): ReadonlySet<EventType> {
  if (text === null || text === "") return new Set(UNASKED);
  if (text === "*") return new Set(EVENT_TYPES);
  const names = text.split(",");
  const unknown = names.find((name) => !EVENT_TYPES.some((type) => type === name));
  if (unknown !== undefined) {
    throw new Fault("invalid_request", `types: ${unknown} is not one of ${EVENT_TYPES.join(", ")}`);
  }
  return new Set(EVENT_TYPES.filter((type) => names.includes(type)));
}
