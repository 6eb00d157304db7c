import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { asFault, Fault } from "../../src-shared/faults.ts";
import { checkCaller } from "../access/caller.ts";
import type { Dialect } from "./route.ts";

/** Takes over an upgraded connection, or throws a Fault. */
export type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hands WebSocket upgrades to whoever answers their path, after the same checks as every other request. */
export function handleUpgrades(
  server: Server,
  options: {
    paths: ReadonlyMap<string, Accept>;
    dialect: Dialect;
    names(): readonly string[];
    requestId(): string;
  },
): void {
  server.on("upgrade", (request, socket, head) => {
    // A client that goes away in the middle of the handshake is nobody's fault.
    socket.on("error", () => socket.destroy());
    try {
      checkCaller(request.headers, options.names());
      const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
      const accept = options.paths.get(path);
      if (!accept) throw new Fault("not_found", `there is no WebSocket at ${path}`);
      accept(request, socket, head);
    } catch (thrown) {
      const fault = asFault(thrown);
      const id = options.requestId();
      refuse(socket, fault, id, JSON.stringify(options.dialect.errorBody(fault, id)));
    }
  });
}

function refuse(socket: Duplex, fault: Fault, requestId: string, body: string): void {
  const answer = [
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? "Error"}`,
    "Connection: close",
    `X-Request-Id: ${requestId}`,
    ...(fault.retryAfter === undefined ? [] : [`Retry-After: ${Math.ceil(fault.retryAfter)}`]),
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ];
  // The server no longer watches an upgraded connection: one that is only half closed would stay for ever.
  socket.end(answer.join("\r\n"), () => socket.destroy());
}
