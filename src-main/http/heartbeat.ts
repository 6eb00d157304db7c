import type { WebSocket, WebSocketServer } from "ws";
import type { Timer, Timers } from "../ports/timers.ts";

const PING_MS = 30_000;
/** A client this far behind is let go with 1013, "try again later", rather than buffered without end. */
const LARGEST_BACKLOG = 8 * 1024 * 1024;

/**
 * Pings every client and ends those that have not answered the last ping, whatever TCP believes of them; not those
 * that have yet to come to it, and take what lies before.
 */
export function keepAlive(server: WebSocketServer, timers: Timers): { stop(): void } {
  /** Whose answer is awaited, and how many bytes were before the client when it was last looked at. */
  const waitedFor = new WeakMap<WebSocket, number>();
  const ping = (): void => {
    for (const client of server.clients) {
      const before = waitedFor.get(client);
      const now = client.bufferedAmount;
      if (before !== undefined && now >= before) {
        client.terminate();
        continue;
      }
      waitedFor.set(client, now);
      if (before !== undefined) continue;
      client.once("pong", () => waitedFor.delete(client));
      client.ping();
    }
    timer = timers.after(PING_MS, ping);
  };
  let timer: Timer = timers.after(PING_MS, ping);
  return { stop: () => timer.cancel() };
}

/** Sends a frame to a client that keeps up, and lets go of one that does not. */
export function sendOrLetGo(client: WebSocket, frame: string): void {
  if (client.readyState !== client.OPEN) return;
  if (client.bufferedAmount > LARGEST_BACKLOG) client.close(1013, "too slow");
  else client.send(frame);
}
