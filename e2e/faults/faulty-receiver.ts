import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Fault } from "./fault-plan.ts";

/** What of an event is looked at. */
export const Told = z.object({
  id: z.string(),
  seq: z.int(),
  type: z.string(),
  data: z.object({ guid: z.string() }),
});

/** A delivery that was read to its end. */
export interface Arrival {
  id: string;
  seq: number;
  guid: string;
  body: string;
  /** Whether it was answered with 200; otherwise the gateway must come again. */
  isAnswered: boolean;
}

/** Somebody's server that is told of events and has its bad moments. */
export interface FaultyReceiver {
  url: string;
  arrivals: Arrival[];
  /** Guids that have arrived, each once. */
  guids: Set<string>;
  /** What was wrong with deliveries: signatures, headers, bodies. */
  wrong: string[];
  /** How often each fault has happened. */
  counts: Map<Fault, number>;
  /** Requests that were not answered with 200. */
  failed(): number;
  /** How many requests stood open at once at most. */
  mostAtOnce(): number;
  close(): void;
}

const SLOW_MS = 200;

/** Listens on `port`; `faults` says what happens to which request. */
export async function openReceiver(options: {
  port: number;
  secret: string;
  faults?: ReadonlyMap<number, Fault>;
  deadMs?: readonly number[];
}): Promise<FaultyReceiver> {
  const { port, secret } = options;
  const arrivals: Arrival[] = [];
  const guids = new Set<string>();
  const wrong: string[] = [];
  const counts = new Map<Fault, number>();
  let requests = 0;
  let failed = 0;
  let open = 0;
  let mostOpen = 0;
  let deaths = 0;
  let isClosed = false;

  const server = createServer((request, response) => {
    requests += 1;
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.once("close", () => {
      open -= 1;
    });
    // A gateway that was killed or has given up is none of the receiver's business.
    for (const stream of [request, response]) stream.on("error", () => {});
    const fault = options.faults?.get(requests);
    if (fault !== undefined) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    if (fault !== undefined && fault !== "is slow") failed += 1;
    if (fault === "dies") die();
    else if (fault === "resets before reading") request.socket.resetAndDestroy();
    else if (fault === "resets in the middle") request.once("data", () => request.socket.resetAndDestroy());
    else take(request, response, fault);
  });
  // The gateway decides how long a connection is kept.
  server.keepAliveTimeout = 0;

  function take(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const isAnswered = fault === undefined || fault === "is slow";
      note(request, body, isAnswered);
      if (fault === undefined) response.writeHead(200).end();
      else answerBadly(request, response, fault);
    });
  }

  function note({ headers }: IncomingMessage, body: string, isAnswered: boolean): void {
    const complaint = signatureComplaint(headers, body, secret);
    if (complaint !== null) wrong.push(complaint);
    try {
      const { id, seq, type, data } = Told.parse(JSON.parse(body));
      if (type !== "message.received") wrong.push(`${id} is a ${type}, which nobody asked for`);
      if (headers["webhook-id"] !== id) wrong.push(`${id} came under the id ${headers["webhook-id"]}`);
      arrivals.push({ id, seq, guid: data.guid, body, isAnswered });
      guids.add(data.guid);
    } catch (thrown) {
      wrong.push(`a body that is no event: ${String(thrown)}`);
    }
  }

  function die(): void {
    server.close();
    server.closeAllConnections();
    const back = options.deadMs?.[deaths % options.deadMs.length] ?? 1_000;
    deaths += 1;
    setTimeout(() => {
      if (!isClosed) server.listen(port, "127.0.0.1");
    }, back);
  }

  await listen(server, port);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    arrivals,
    guids,
    wrong,
    counts,
    failed: () => failed,
    mostAtOnce: () => mostOpen,
    close() {
      isClosed = true;
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      // Coming back after a death: somebody holding the port would be a fault of the harness, and ends it.
      resolve();
    });
  });
}

function answerBadly(request: IncomingMessage, response: ServerResponse, fault: Fault): void {
  switch (fault) {
    case "answers 500":
      return void response.writeHead(500).end("no");
    case "answers 503 with Retry-After":
      return void response.writeHead(503, { "Retry-After": "1" }).end();
    case "resets after reading":
      return void request.socket.resetAndDestroy();
    case "answers 200 by half, then resets":
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("by half", () => request.socket.resetAndDestroy());
      return;
    case "is slow":
      return void setTimeout(() => response.writeHead(200).end(), SLOW_MS);
    default:
      // It hangs: the gateway gives up.
      return;
  }
}

/** What is wrong with how a delivery is signed, by the library of Standard Webhooks and by AiMessage's header. */
function signatureComplaint(
  headers: IncomingMessage["headers"],
  body: string,
  secret: string,
): string | null {
  const given = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [
    name,
    String(headers[name]),
  ]);
  try {
    new Webhook(secret).verify(body, Object.fromEntries(given));
  } catch (thrown) {
    return `${headers["webhook-id"]}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
  const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  return headers["x-webhook-signature"] === expected
    ? null
    : `${headers["webhook-id"]}: x-webhook-signature does not match`;
}
