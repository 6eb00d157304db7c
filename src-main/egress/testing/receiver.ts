import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createPlainServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A request as it came in. */
export interface Arrived {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Somebody else's HTTP server on this machine. */
export interface Receiver {
  url: string;
  port: number;
  server: Server;
  arrived: Arrived[];
  /** How many connections were accepted. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
}

/** Listens until the test ends; `answer` writes the response, or does not. */
export async function receiver(
  answer: RequestListener = (_request, response) => response.end("thanks"),
): Promise<Receiver> {
  const arrived: Arrived[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      arrived.push({ method, path: url, headers, body });
      answer(request, response);
    });
  });
  server.on("connection", (socket) => {
    connections += 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await listening(server);
  onTestFinished(() => server.closeAllConnections());
  const port = portOf(server);
  const url = `http://127.0.0.1:${port}/hook`;
  return { url, port, server, arrived, connections: () => connections, open: () => open.size };
}

/** A server that speaks whatever a test writes; `speak` is called for each connection, numbered from 1. */
export async function rawServer(
  speak: (socket: Socket, number: number) => void,
): Promise<{ url: string; port: number; connections(): number }> {
  const sockets = new Set<Socket>();
  const server = createPlainServer((socket) => {
    sockets.add(socket);
    // What the client does with the connection is the test's business.
    socket.on("error", () => {});
    speak(socket, sockets.size);
  });
  await listening(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  const port = portOf(server);
  return { url: `http://127.0.0.1:${port}/hook`, port, connections: () => sockets.size };
}

async function listening(server: ReturnType<typeof createPlainServer>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
}

function portOf(server: ReturnType<typeof createPlainServer>): number {
  return (server.address() as AddressInfo).port;
}
