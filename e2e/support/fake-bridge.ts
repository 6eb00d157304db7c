import { createReadStream, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Page } from "@playwright/test";
import { WebSocketServer } from "ws";
import type { CallName, ControlAnswer, EventLine, Push } from "../../src-shared/control.ts";
import type { Status } from "../../src-shared/status.ts";
import { sampleStatus } from "../../src-shared/words/sample-status.ts";

/** A Wednesday at two, when the sample gateway has run since Friday. */
export const NOW = Date.UTC(2026, 2, 11, 14, 2, 52);
const HOUR = 3_600_000;
const RECEIVED = [41, 33, 38, 52, 47, 29, 24, 18, 9, 4, 2, 1, 0, 0, 1, 3, 14, 31, 44, 58, 62, 49, 37, 22];
const SENT = [19, 15, 17, 26, 20, 11, 9, 7, 3, 1, 0, 0, 0, 0, 0, 1, 6, 12, 17, 24, 30, 21, 16, 9];
const MEDIANS = [
  8.5, 9, 8.8, 9.4, 9.1, 8.6, 9.9, 10.4, 9.2, 8.9, 9, 9.6, 11.2, 9.8, 9.1, 8.7, 9.3, 9.5, 8.8, 9, 9.2, 10.1,
  9.4, 8.9, 9.1, 9,
];
const WORST = [
  13, 14, 13.2, 15, 14.1, 13.4, 17.2, 16.1, 14, 13.6, 14.2, 15.1, 18.4, 15, 14, 13.4, 14.4, 14.8, 13.6, 13.8,
  14.5, 16, 14.6, 13.9, 14, 14.2,
];

/** A gateway that is well and busy, with whatever a test wants otherwise. */
export function busyStatus(other: Partial<Status> = {}): Status {
  const sample = sampleStatus();
  const thisHour = NOW - (NOW % HOUR);
  return {
    ...sample,
    startedAt: Date.UTC(2026, 2, 6, 8, 12),
    reading: { ...sample.reading, lastMessageAt: NOW - 40_000 },
    hours: RECEIVED.map((received, index) => ({
      startsAt: thisHour - (23 - index) * HOUR,
      received,
      sent: SENT[index] ?? 0,
    })),
    latency: MEDIANS.map((medianMs, index) => ({
      at: NOW - HOUR + (index * HOUR) / 25,
      medianMs,
      p99Ms: WORST[index] ?? medianMs,
    })),
    ...other,
  };
}

/** Full Disk Access was switched off four minutes ago; a webhook fails too. */
export function refusedStatus(): Status {
  const at = Date.UTC(2026, 2, 11, 13, 58);
  const well = busyStatus();
  return {
    ...well,
    reading: { ...well.reading, problem: "refused", since: at },
    sending: { ...well.sending, problem: "reading_off", since: at, waiting: 2 },
    webhooks: {
      ...well.webhooks,
      failing: [{ name: "home-assistant", status: 502, since: at }],
      waiting: 31,
    },
    permissions: { ...well.permissions, fullDiskAccess: "off" },
    hours: well.hours.map((hour, index) => (index === 23 ? { ...hour, received: null, sent: null } : hour)),
    latency: well.latency.filter((point) => point.at < at),
  };
}

/** One line under "Last events". */
export function eventLine(seq: number, other: Partial<EventLine> = {}): EventLine {
  return {
    id: `evt_${seq}`,
    seq,
    type: "message.received",
    at: NOW,
    person: "Maya Lindqvist",
    isFromMe: false,
    kind: "message",
    text: "Can you bring the blue folder when you come?",
    attachments: 0,
    votes: 0,
    reaction: null,
    emoji: null,
    change: null,
    by: null,
    outbox: null,
    ...other,
  };
}

const today = (hour: number, minute: number, second: number) => Date.UTC(2026, 2, 11, hour, minute, second);

/** What happened last, newest first. */
export const someEvents: EventLine[] = [
  eventLine(48_213, { at: today(14, 2, 31) }),
  eventLine(48_212, {
    type: "reaction.added",
    at: today(14, 2, 12),
    person: "Noor Haddad",
    reaction: "love",
    text: "The door code is the usual one",
  }),
  eventLine(48_210, {
    type: "message.sent",
    at: today(14, 1, 54),
    person: "Tomás Rivera",
    isFromMe: true,
    text: "Your parcel is in locker 14. Code 7702.",
  }),
  eventLine(48_209, { at: today(13, 58, 4), person: "Priya Raman", text: null, attachments: 2 }),
  {
    ...eventLine(0),
    id: "notice_1",
    seq: null,
    type: null,
    person: null,
    at: today(13, 40, 2),
    text: "Reading goes on: chat.db can be opened again",
  },
];

/** How the bridge answers each call; a call without an answer here never gets one. */
export type FakeAnswers = Partial<Record<CallName, ControlAnswer>>;

/** The answers of a gateway that is well. */
export function wellAnswers(status: Status = busyStatus(), events: EventLine[] = someEvents): FakeAnswers {
  return {
    "status.get": { ok: true, value: status },
    "events.recent": { ok: true, value: events },
    "key.reveal": { ok: true, value: { key: "bh_live_4Qm9tX2vLw7sZr5kNd3c8fJh1pBy6gTa3f9c" } },
    "sending.pause": {
      ok: true,
      value: { ...status, sending: { ...status.sending, problem: "paused", since: NOW, waiting: 4 } },
    },
    "message.send": {
      ok: true,
      value: { outcome: "sent", sentence: "Sent to +15035550142 in 0.8 s.", tookMs: 812 },
    },
  };
}

interface FakeWindow {
  bellhop: unknown;
  fakeCalls: { name: string; input: unknown }[];
  fakeAnswers: Record<string, unknown>;
  fakePush: (push: unknown) => void;
}

/** Hands the page a bridge in place of the preload's. */
export async function giveBridge(page: Page, answers: FakeAnswers): Promise<void> {
  await page.addInitScript((given) => {
    const own = window as unknown as FakeWindow;
    const listeners = new Set<(push: unknown) => void>();
    own.fakeCalls = [];
    own.fakeAnswers = given;
    own.fakePush = (push) => {
      for (const listener of listeners) listener(push);
    };
    own.bellhop = {
      call(name: string, input: unknown) {
        own.fakeCalls.push({ name, input });
        const answer = own.fakeAnswers[name];
        return answer === undefined ? new Promise(() => {}) : Promise.resolve(answer);
      },
      subscribe(listener: (push: unknown) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }, answers);
}

/** What the page has asked of the bridge under this name. */
export function asked(page: Page, name: CallName): Promise<unknown[]> {
  return page.evaluate(
    (wanted) =>
      (window as unknown as FakeWindow).fakeCalls
        .filter((call) => call.name === wanted)
        .map((call) => call.input),
    name,
  );
}

/** Tells the page something without being asked. */
export async function push(page: Page, what: Push): Promise<void> {
  await page.evaluate((told) => (window as unknown as FakeWindow).fakePush(told), what);
}

/** Changes what the bridge answers from now on. */
export async function answerNow(page: Page, answers: FakeAnswers): Promise<void> {
  await page.evaluate((given) => {
    Object.assign((window as unknown as FakeWindow).fakeAnswers, given);
  }, answers);
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Where the window is served; `close` hangs up on everybody. */
export interface Served {
  url: string;
  port: number;
  close: () => Promise<void>;
}

/** What the fake gateway does beside serving files: opens sessions, and answers over the socket. */
export interface FakeGateway {
  oneTimeTokens: Set<string>;
  socketTokens: Set<string>;
  answers: FakeAnswers;
}

/** A gateway that knows one unused link. */
export function fakeGateway(answers: FakeAnswers): FakeGateway {
  return { oneTimeTokens: new Set(["one-time-token-0123456789"]), socketTokens: new Set(), answers };
}

async function openSession(request: IncomingMessage, response: ServerResponse, gateway: FakeGateway) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { token } = JSON.parse(body) as { token: string };
  const answer = (status: number, value: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (!gateway.oneTimeTokens.delete(token)) {
    answer(401, { error: { code: "link_used", message: "This link has been used." } });
    return;
  }
  const socketToken = `socket-${gateway.socketTokens.size}`;
  gateway.socketTokens.add(socketToken);
  answer(200, { socketToken });
}

function answerOver(server: Server, gateway: FakeGateway): void {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "bellhop.ui.v1" });
  server.on("upgrade", (request, socket, head) => {
    const token = /token\.([\w-]+)/.exec(request.headers["sec-websocket-protocol"] ?? "")?.[1] ?? "";
    if (request.url !== "/ui/socket" || !gateway.socketTokens.has(token)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) => {
      open.on("message", (data) => {
        const { id, call } = JSON.parse(String(data)) as { id: number; call: CallName };
        const answer = gateway.answers[call];
        if (answer !== undefined) open.send(JSON.stringify({ id, ...answer }));
      });
    });
  });
  server.on("close", () => sockets.close());
}

/** Serves the built window under /ui/ as Bellhop does, with a fake gateway behind it if one is given. */
export async function serveWindow({
  gateway,
  port = 0,
}: {
  gateway?: FakeGateway;
  port?: number;
} = {}): Promise<Served> {
  const folder = join(import.meta.dirname, "../../dist/renderer");
  if (!existsSync(join(folder, "index.html")))
    throw new Error("The window is not built: run the build first.");
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname).replace(/^\/ui\//, "/");
    const file = join(folder, path === "/" ? "index.html" : path);
    if (path === "/session" && gateway !== undefined) void openSession(request, response, gateway);
    else if (!existsSync(file)) response.writeHead(404, { "content-type": "application/json" }).end("{}");
    else {
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      createReadStream(file).pipe(response);
    }
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  if (gateway !== undefined) answerOver(server, gateway);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}/ui/`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
