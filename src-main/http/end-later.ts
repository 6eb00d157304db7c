import type { Request, Response } from "express";
import type { Timers } from "../ports/timers.ts";

/** How long a client that is still sending may read its refusal, in ms. */
const LINGER_MS = 1_000;

/**
 * Answers whoever is still sending its body, and hangs up when it has ended or a second later. Until then what comes
 * is taken off the wire and thrown away: a connection that is closed with bytes unread is reset, and many clients
 * read no answer from one that is.
 */
export function endLater(request: Request, response: Response, body: unknown, timers: Timers): void {
  response.set("Connection", "close");
  if (request.readableFlowing === true) {
    // A parser reads it, and would go on: what it has read is refused.
    response.once("finish", () => timers.after(LINGER_MS, () => request.destroy()));
    response.json(body);
    return;
  }
  const text = JSON.stringify(body);
  response.set("Content-Type", "application/json; charset=utf-8");
  response.set("Content-Length", String(Buffer.byteLength(text)));
  // All of it, but for the end: that closes the connection.
  response.write(text);
  const patience = timers.after(LINGER_MS, () => {
    response.end();
    request.destroy();
  });
  request.once("close", () => {
    patience.cancel();
    response.end();
  });
  request.on("error", () => {});
  request.removeAllListeners("readable");
  request.resume();
}
