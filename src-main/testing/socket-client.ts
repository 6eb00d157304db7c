import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { until } from "./until.ts";

/** A WebSocket with everything that came over it. */
export interface SocketClient {
  socket: WebSocket;
  /** Every frame as it came; a binary one stands as `binary`. */
  frames: string[];
  /** The frames as JSON. */
  events(): unknown[];
  /** Close code, once it is closed. */
  closed(): number | null;
}

/** Connects and waits until it is open; rejects when it is refused. */
export async function connectSocket(
  url: string,
  options: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<SocketClient> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), options.protocols ?? [], {
    headers: options.headers ?? {},
  });
  onTestFinished(() => socket.terminate());
  const frames: string[] = [];
  let code: number | null = null;
  socket.on("message", (data, isBinary) => frames.push(isBinary ? "binary" : data.toString()));
  socket.on("close", (given) => {
    code = given;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.on("error", reject);
  });
  return {
    socket,
    frames,
    closed: () => code,
    events: () => frames.map((frame): unknown => JSON.parse(frame)),
  };
}

/** Asks for a socket that is expected to be refused; what it was refused with. */
export async function refusedSocket(
  url: string,
  options: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), options.protocols ?? [], {
    headers: options.headers ?? {},
  });
  let text = "";
  let ended = false;
  let status = 0;
  let headers: Record<string, unknown> = {};
  socket.on("error", () => {});
  socket.on("open", () => {
    status = 101;
    ended = true;
    socket.terminate();
  });
  socket.on("unexpected-response", (_request, answer) => {
    status = answer.statusCode ?? 0;
    headers = answer.headers;
    answer.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    answer.on("end", () => {
      ended = true;
    });
  });
  await until("the refusal", () => ended);
  return { status, headers, text };
}
