import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A delivery as it came in. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** Somebody else's server on this machine. */
export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** The deliveries' bodies as JSON. */
  events(): unknown[];
  close(): void;
}

/**
 * Listens on a port of its own. `answer` decides about each delivery: a status, or it writes (or does not
 * write) the response itself and gives null.
 */
export async function webhookReceiver(
  answer: (delivery: Received, response: ServerResponse) => number | null = () => 200,
): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const delivery = { path: request.url ?? "/", headers: request.headers, body, at: Date.now() };
      received.push(delivery);
      const status = answer(delivery, response);
      if (status !== null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    events: () => received.map(({ body }): unknown => JSON.parse(body)),
    close,
  };
}
