import type { Push } from "../../src-shared/control.ts";
import { backoffMs } from "./backoff.ts";
import { readFrame } from "./frames.ts";
import type { Connection, Link, LinkProblem } from "./link.ts";
import { forgetSocketToken, openSession, storedSocketToken, takeOneTimeToken } from "./session.ts";
import { socketCalls } from "./socket-calls.ts";

/** A refused upgrade looks like any other failure, so it takes two before the session counts as ended. */
const REFUSALS_THAT_COUNT = 2;

/** Whether the gateway answers at all: tells a refused upgrade from a computer that is asleep. */
async function isReachable(): Promise<boolean> {
  try {
    await fetch(location.pathname, { method: "HEAD", cache: "no-store", credentials: "same-origin" });
    return true;
  } catch {
    return false;
  }
}

/** The link of a browser: a one-time link becomes a session, the session a socket that heals itself. */
export function socketLink(): Link {
  const pushed = new Set<(push: Push) => void>();
  const watching = new Set<(connection: Connection) => void>();
  const calls = socketCalls();
  let connection: Connection = { state: "connecting" };
  let oneTimeToken = takeOneTimeToken();
  let socketToken = oneTimeToken === null ? storedSocketToken() : null;
  let failures = 0;
  let refusals = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function become(next: Connection): void {
    connection = next;
    for (const listener of watching) listener(next);
  }

  function unlink(problem: LinkProblem): void {
    forgetSocketToken();
    become({ state: "unlinked", problem });
  }

  function retryLater(): void {
    failures += 1;
    const wait = backoffMs(failures);
    become({ state: "lost", retryAt: Date.now() + wait });
    timer = setTimeout(connect, wait);
  }

  async function connect(): Promise<void> {
    clearTimeout(timer);
    if (connection.state === "lost") become({ state: "lost", retryAt: null });
    if (oneTimeToken !== null) {
      const session = await openSession(oneTimeToken);
      if (session === null) return retryLater();
      oneTimeToken = null;
      // A link that was used before is no reason to give up the session that this tab has.
      socketToken = "problem" in session ? storedSocketToken() : session.socketToken;
      if ("problem" in session && socketToken === null) return unlink(session.problem);
    }
    if (socketToken === null) return unlink("none");
    openSocket(socketToken);
  }

  function openSocket(token: string): void {
    const url = new URL("socket", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    const socket = new WebSocket(url, ["bellhop.ui.v1", `token.${token}`]);
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      failures = 0;
      refusals = 0;
      calls.use(socket);
      become({ state: "open" });
    };
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      if (frame?.kind === "answer") calls.take(frame);
      else if (frame?.kind === "push") for (const listener of pushed) listener(frame.push);
    };
    socket.onclose = async () => {
      calls.use(null);
      if (!wasOpen && (await isReachable())) {
        refusals += 1;
        if (refusals >= REFUSALS_THAT_COUNT) return unlink("ended");
      }
      retryLater();
    };
  }

  // A fresh link pasted into the same tab changes only the fragment, so the page is not loaded again.
  addEventListener("hashchange", () => {
    const fresh = takeOneTimeToken();
    if (fresh === null || connection.state === "open") return;
    oneTimeToken = fresh;
    refusals = 0;
    become({ state: "connecting" });
    void connect();
  });
  addEventListener("online", () => connection.state === "lost" && connection.retryAt !== null && connect());
  void connect();

  return {
    bridge: {
      call: calls.call,
      subscribe(listener) {
        pushed.add(listener);
        return () => pushed.delete(listener);
      },
    },
    connection: () => connection,
    watch(listener) {
      watching.add(listener);
      return () => watching.delete(listener);
    },
    retryNow() {
      if (connection.state === "lost" && connection.retryAt !== null) void connect();
    },
  };
}
