import { type ChildProcess, fork } from "node:child_process";
import { type AddressInfo, createServer, type Socket } from "node:net";

/**
 * Somebody's servers, in a process of their own and at the least cost: each port reads requests that say their
 * length, and answers 200. They can hold their answers back until told otherwise. Other ports never answer.
 */
export interface WebhookReceivers {
  /** Addresses that are answered. */
  urls: string[];
  /** Addresses that take the connection and what comes, and stay silent. */
  silent: string[];
  /** From now on nothing is answered; what comes waits. Forgets what was counted. */
  hold(): Promise<void>;
  /** Answers what waits, and everything that comes. */
  letGo(): Promise<void>;
  report(): Promise<Report>;
  close(): void;
}

/** What has come since it was last held. Times in ms on the clock that all processes share. */
export interface Report {
  /** Requests that were answered. */
  answered: number;
  /** When the last answer was given. */
  last: number;
  /** When each message was read to its end, by its guid. */
  at: [guid: string, ms: number][];
}

type Command = "hold" | "let go" | "report" | "close";
interface Started {
  urls: string[];
  silent: string[];
}

/** Starts the process; its servers listen when this resolves. */
export async function startReceivers(count: number, silent: number): Promise<WebhookReceivers> {
  const child = fork(import.meta.filename, [String(count), String(silent)]);
  const started = await next<Started>(child);
  const tell = <T>(command: Command): Promise<T> => {
    const answer = next<T>(child);
    child.send(command);
    return answer;
  };
  return {
    ...started,
    hold: () => tell("hold"),
    letGo: () => tell("let go"),
    report: () => tell("report"),
    close: () => void child.kill("SIGKILL"),
  };
}

/** Both ends are this file, so what comes is what was sent. */
function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("the receivers' process has ended"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n";
const HEAD_END = Buffer.from("\r\n\r\n");

async function serve(count: number, silent: number): Promise<void> {
  let report: Report = { answered: 0, last: 0, at: [] };
  let isHeld = false;
  const waiting = new Set<Socket>();
  const answer = (socket: Socket): void => {
    report.answered += 1;
    report.last = now();
    socket.write(ANSWER);
  };
  const taken = (socket: Socket, body: string): void => {
    const guid = /"guid":"([^"]+)"/.exec(body)?.[1];
    if (guid !== undefined) report.at.push([guid, now()]);
    if (isHeld) waiting.add(socket);
    else answer(socket);
  };
  const urls = await listen(count, (socket) => readRequests(socket, (body) => taken(socket, body)));
  const silentUrls = await listen(silent, (socket) => void socket.resume());
  const obey = {
    hold() {
      isHeld = true;
      report = { answered: 0, last: 0, at: [] };
      return true;
    },
    "let go"() {
      isHeld = false;
      for (const socket of waiting) answer(socket);
      waiting.clear();
      return true;
    },
    report: () => report,
    close: () => process.exit(0),
  };
  process.on("message", (command: Command) => process.send?.(obey[command]()));
  process.once("disconnect", () => process.exit(0));
  process.send?.({ urls, silent: silentUrls });
}

async function listen(count: number, connected: (socket: Socket) => void): Promise<string[]> {
  const urls: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => {});
      connected(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    urls.push(`http://127.0.0.1:${port}/hook`);
  }
  return urls;
}

/** One request after the other, as one client sends them; `taken` is given each body. */
function readRequests(socket: Socket, taken: (body: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = rest.indexOf(HEAD_END);
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(rest.toString("latin1", 0, head))?.[1] ?? 0);
      const end = head + HEAD_END.length + length;
      if (rest.length < end) return;
      taken(rest.toString("utf8", head + HEAD_END.length, end));
      rest = rest.subarray(end);
    }
  });
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

if (import.meta.main) await serve(Number(process.argv[2]), Number(process.argv[3]));
