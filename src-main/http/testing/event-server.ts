import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { Event } from "../../../src-shared/domain/event.ts";
import { EVENT_TYPES } from "../../../src-shared/domain/event.ts";
import { asFault } from "../../../src-shared/faults.ts";
import { openApiKeys } from "../../access/api-keys.ts";
import { socketQuestion } from "../../dialects/aimessage/events.ts";
import type { EventQuestion } from "../../journal/event-question.ts";
import { openFollowing } from "../../journal/following.ts";
import { openTestJournal } from "../../journal/testing/open-test-journal.ts";
import { silentLog } from "../../observability/log.ts";
import { realPorts } from "../../ports/real.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { openConnectionLog } from "../connection-log.ts";
import { openEventSockets } from "../event-sockets.ts";
import { openEventStreams } from "../event-streams.ts";
import { listen } from "../listen.ts";
import { handleUpgrades } from "../upgrade.ts";

const KEY = "event-server-key";

/**
 * A server with nothing but sockets at `/ws` and streams at every other path, on a journal and in time that only the
 * test moves. `frameOf` writes events; by default as they are.
 */
export async function eventServer(frameOf: (event: Event) => string = (event) => JSON.stringify(event)) {
  const opened = openTestJournal(temporaryFolder());
  const { database, vault, journal, bus, time, complain } = opened;
  const { randomness } = realPorts();
  const keys = openApiKeys({ database, vault, clock: time.clock, randomness, given: KEY });
  const follow = openFollowing({ journal, bus, timers: time.timers, complain });
  const connected = openConnectionLog(silentLog(), time.clock);
  const parts = { follow, journal, timers: time.timers, connected, complain };
  const sockets = openEventSockets({ ...parts, keys, frameOf, questionIn: socketQuestion });
  const streams = openEventStreams({ ...parts, dataOf: frameOf });
  /** What the next stream asks for. */
  let asked: Partial<EventQuestion> = {};

  const server = createServer((_request, response) => {
    try {
      streams.stream({ since: null, types: EVENT_TYPES, conversations: [], ...asked }, "a key")(response);
    } catch (thrown) {
      const { status, code, message } = asFault(thrown);
      response.writeHead(status).end(JSON.stringify({ error: message, code }));
    }
  });
  handleUpgrades(server, {
    paths: new Map([["/ws", sockets.accept]]),
    dialect: { name: "test", prefix: "/", routes: [], errorBody: ({ message }) => ({ error: message }) },
    names: () => [],
    requestId: () => "req_test",
  });
  const { url } = await listen(server, "127.0.0.1", 0);
  onTestFinished(() => {
    sockets.terminate();
    streams.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    ...opened,
    sockets,
    streams,
    url,
    /** The address of a socket with this query. */
    ws: (query = "") => `${url}/ws?api_key=${KEY}${query}`,
    ask(question: Partial<EventQuestion>) {
      asked = question;
    },
  };
}
