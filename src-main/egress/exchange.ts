import { type ClientRequest, request as httpRequest } from "node:http";
import { NoAnswer, type OutboundAnswer, type OutboundPost } from "../ports/outbound.ts";
import type { Timers } from "../ports/timers.ts";
import type { Destination } from "./destination.ts";
import type { KeptArgs, KeptConnections } from "./kept-connections.ts";
import { noAnswer, tooLate } from "./no-answer.ts";
import { headersOf, readAnswer } from "./read-answer.ts";

/** Headers that say how the request is framed or whom it is for: these are for HTTP itself to set. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** One POST and its answer, within the request's time. Rejects with NoAnswer only. */
export function exchange(
  post: OutboundPost,
  destination: Destination,
  options: {
    timers: Timers;
    /** Where the function that ends this early is kept meanwhile. */
    underWay: Set<(why: NoAnswer) => void>;
    /** The connections to use; asked again for a second attempt. */
    connections(): KeptConnections;
  },
): Promise<OutboundAnswer> {
  const { timers, underWay } = options;
  return new Promise((resolve, reject) => {
    let isOver = false;
    let sent: ClientRequest | null = null;
    /** Set once the status is there: ends the reading of the body, and with it the whole. */
    let finishReading: (() => void) | null = null;

    const settle = (): void => {
      isOver = true;
      limit.cancel();
      post.signal?.removeEventListener("abort", givenUp);
      underWay.delete(stop);
    };
    const answer = (answered: OutboundAnswer): void => {
      settle();
      resolve(answered);
    };
    const stop = (why: NoAnswer): void => {
      if (isOver) return;
      if (finishReading) {
        finishReading();
        return;
      }
      settle();
      reject(why);
      sent?.destroy();
    };
    const givenUp = (): void => stop(new NoAnswer("aborted", "it was given up"));
    const limit = timers.after(post.timeoutMs, () => stop(tooLate(post.timeoutMs)));
    underWay.add(stop);
    post.signal?.addEventListener("abort", givenUp);

    const send = (isSecond: boolean): void => {
      const agent = options.connections();
      // Those that wait beside one that turned out to be closed are no better.
      if (isSecond) agent.dropIdle();
      const request = httpRequest(argumentsOf(post, destination, agent, () => isOver));
      sent = request;
      let bytesBefore = 0;
      request.on("socket", (socket) => {
        bytesBefore = socket.bytesRead;
      });
      request.on("response", (response) => {
        if (!isOver) finishReading = readAnswer(response, timers, answer);
      });
      request.on("upgrade", (response, socket) => {
        socket.destroy();
        if (!isOver) answer({ status: response.statusCode ?? 0, headers: headersOf(response), text: "" });
      });
      request.on("error", (cause) => {
        if (isOver || finishReading) return;
        const failed = noAnswer(cause, destination);
        const isUnanswered = request.socket === null || request.socket.bytesRead === bytesBefore;
        if (request.reusedSocket && failed.reason === "reset" && isUnanswered && !isSecond) again();
        else stop(failed);
      });
      request.end(post.body);
    };
    const attempt = (isSecond: boolean): void => {
      try {
        send(isSecond);
      } catch (cause) {
        stop(noAnswer(cause, destination));
      }
    };
    const again = (): void => attempt(true);

    if (post.signal?.aborted) givenUp();
    else attempt(false);
  });
}

function argumentsOf(
  post: OutboundPost,
  destination: Destination,
  agent: KeptConnections,
  isOver: () => boolean,
): KeptArgs {
  const headers = ["host", destination.hostHeader, "content-length", String(Buffer.byteLength(post.body))];
  for (const [name, value] of Object.entries(post.headers)) {
    if (FRAMING.has(name.toLowerCase())) {
      throw new NoAnswer("other", `a header cannot be sent: ${name} is for HTTP itself to set`);
    }
    headers.push(name, value);
  }
  return {
    agent,
    method: "POST",
    host: destination.host,
    port: destination.port,
    path: destination.path,
    headers,
    forRequest: { isOver },
  };
}
