import { type ClientRequest, get } from "node:http";
import { WebSocket } from "ws";
import { Told } from "./faulty-receiver.ts";

/** Between an end and the next try, in ms. */
const AGAIN_MS = 60;

/** An event as a follower has it. */
export interface Seen {
  id: string;
  seq: number;
  guid: string;
}

/** A client that follows events, and connects again whenever it is cut off. */
export interface Follower {
  seen: Seen[];
  /** How often it got a connection. */
  connections(): number;
  stop(): void;
}

interface Gateway {
  url: string;
  key: string;
}

/** How a kind of follower connects: tells `told` of every event's text, and `ended` once. */
type Connect = (
  since: number,
  told: (text: string) => void,
  opened: () => void,
  ended: () => void,
) => { end(): void };

/** A WebSocket; with `resumes` it goes on from the last sequence it has seen. */
export function followBySocket({ url, key }: Gateway, resumes: boolean): Follower {
  return follow((since, told, opened, ended) => {
    const from = resumes ? `&since=${since}` : "";
    const socket = new WebSocket(
      `${url.replace("http", "ws")}/api/v1/ws?api_key=${key}&types=message.received${from}`,
    );
    socket.on("open", opened);
    socket.on("message", (data) => told(data.toString()));
    socket.on("error", () => socket.terminate());
    socket.on("close", ended);
    return { end: () => socket.terminate() };
  });
}

/** Server-sent events, read as an EventSource does: `Last-Event-ID` goes on from there. */
export function followByStream({ url, key }: Gateway): Follower {
  return follow((since, told, opened, ended) => {
    const headers = { "x-api-key": key, ...(since > 0 && { "last-event-id": String(since) }) };
    const path = `${url}/api/v1/events/stream?types=message.received${since > 0 ? "" : "&since=0"}`;
    let text = "";
    const request: ClientRequest = get(path, { headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return void request.destroy();
      opened();
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const data of blocks.flatMap(dataOf)) told(data);
      });
      answer.on("error", () => {});
    });
    request.on("error", () => {});
    request.on("close", ended);
    return { end: () => request.destroy() };
  });
}

/** The lines of an event that hold its data. */
function dataOf(block: string): string[] {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  return lines.length === 0 ? [] : [lines.map((line) => line.slice("data:".length)).join("\n")];
}

function follow(connect: Connect): Follower {
  const seen: Seen[] = [];
  let connections = 0;
  let isStopped = false;
  let current: { end(): void } | undefined;
  const start = (): void => {
    if (isStopped) return;
    current = connect(
      seen.at(-1)?.seq ?? 0,
      (text) => {
        const { id, seq, data } = Told.parse(JSON.parse(text));
        seen.push({ id, seq, guid: data.guid });
      },
      () => {
        connections += 1;
      },
      () => setTimeout(start, AGAIN_MS),
    );
  };
  start();
  return {
    seen,
    connections: () => connections,
    stop() {
      isStopped = true;
      current?.end();
    },
  };
}
