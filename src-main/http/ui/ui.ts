import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { RequestHandler } from "express";
import express from "express";
import { WebSocketServer } from "ws";
import { z } from "zod";
import { Fault } from "../../../src-shared/faults.ts";
import { windowPolicy } from "../../../src-shared/window-policy.ts";
import { isOwnOrigin, keyInHeaders } from "../../access/caller.ts";
import type { Control } from "../../control/control.ts";
import type { Timers } from "../../ports/timers.ts";
import { cutOff } from "../cut-off.ts";
import { keepAlive } from "../heartbeat.ts";
import { serveControl } from "./control-socket.ts";
import { LINK_MS, type LinkRefusal, type UiSessions } from "./sessions.ts";

const PROTOCOL = "bellhop.ui.v1";
/** A token and the braces around it. */
const SESSION_LIMIT = 1024;
const LARGEST_FRAME = 1024 * 1024;

const REFUSALS: Record<LinkRefusal, string> = {
  link_used: "this link has been used; run npm run ui for a fresh one",
  link_expired: `this link is older than ${LINK_MS / 60_000} minutes; run npm run ui for a fresh one`,
  link_unknown: "this link is not one of the running gateway; run npm run ui for a fresh one",
};

/** The settings window in a browser. */
export interface Ui {
  /** Everything under `/ui`. */
  handler: RequestHandler;
  acceptSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
  /** Cuts off whoever has not answered to that. */
  terminate(): void;
}

/**
 * Serves the window's files, exchanges one-time links for sessions, and carries `control` over a WebSocket.
 * A cookie alone opens nothing: cookies are shared by all ports of a host, so the socket wants the token as
 * well, and an Origin that is exactly our own.
 * @param files the folder with the built window.
 * @param controlToken what `running.json` holds; whoever can read that file may ask for links.
 */
export function openUi(options: {
  files: string;
  control: Control;
  sessions: UiSessions;
  controlToken: string;
  timers: Timers;
  /** Under which name the cookie is kept; one for each port, or two gateways would log each other out. */
  cookieName(): string;
}): Ui {
  const { sessions } = options;
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set("Content-Security-Policy", windowPolicy("'self'"));
    response.set("Referrer-Policy", "no-referrer");
    next();
  });
  router.post(
    "/session",
    cutOff(SESSION_LIMIT),
    express.json({ limit: SESSION_LIMIT }),
    (request, response) => {
      if (!isOwnOrigin(request.headers)) throw new Fault("origin_not_allowed", "open the link in a browser");
      const body = z.object({ token: z.string() }).safeParse(request.body);
      const session = sessions.open(body.success ? body.data.token : "");
      if (typeof session === "string") {
        response.status(401).json({ error: { code: session, message: REFUSALS[session] } });
        return;
      }
      response.cookie(options.cookieName(), session.cookie, {
        httpOnly: true,
        sameSite: "strict",
        path: "/ui",
      });
      response.json({ socketToken: session.socketToken });
    },
  );
  router.post("/links", (request, response) => {
    const token = keyInHeaders(request.headers) ?? "";
    if (!sameText(token, options.controlToken))
      throw new Fault("unauthorized", "this is not the owner's call");
    response.json({ token: sessions.link() });
  });
  router.use(express.static(options.files, { index: "index.html", fallthrough: true, redirect: false }));

  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const heartbeat = keepAlive(server, options.timers);
  return {
    // Without the slash the page's relative addresses would point beside /ui.
    handler: (request, response, next) => {
      if (request.originalUrl.split("?", 1)[0] === "/ui") response.redirect(308, "/ui/");
      else router(request, response, next);
    },
    acceptSocket(request, socket, head) {
      if (!isOwnOrigin(request.headers)) throw new Fault("origin_not_allowed", "only the window may do this");
      const cookie = cookieOf(request.headers.cookie ?? "", options.cookieName());
      const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
      const token = offered.find((one) => one.startsWith("token."))?.slice("token.".length) ?? "";
      if (!sessions.isOpen(cookie, token)) throw new Fault("unauthorized", "open the window by a fresh link");
      server.handleUpgrade(request, socket, head, (client) => serveControl(client, options.control));
    },
    close() {
      heartbeat.stop();
      for (const client of server.clients) client.close(1001, "Bellhop stops");
      server.close();
    },
    terminate() {
      for (const client of server.clients) client.terminate();
    },
  };
}

function cookieOf(header: string, name: string): string {
  for (const pair of header.split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name) return value ?? "";
  }
  return "";
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
