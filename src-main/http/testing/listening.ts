import { onTestFinished } from "vitest";
import { openApiKeys } from "../../access/api-keys.ts";
import { wireError } from "../../dialects/aimessage/translate.ts";
import { silentLog } from "../../observability/log.ts";
import { realPorts } from "../../ports/real.ts";
import { type Answer, type Asking, request } from "../../testing/http-client.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { listen } from "../listen.ts";
import { createListener } from "../listener.ts";
import type { Route } from "../route.ts";

/** A listener with nothing but some routes. */
export interface Listening {
  url: string;
  key: string;
  /** Asks with the key. */
  ask(path: string, asking?: Asking): Promise<Answer>;
}

/** Listens on a port of its own until the test ends. */
export async function listening(routes: readonly Route[]): Promise<Listening> {
  const { clock, timers, randomness } = realPorts();
  const { database, vault } = ownDatabase(temporaryFolder());
  const keys = openApiKeys({ database, vault, clock, randomness, given: null });
  const server = createListener({
    dialects: [{ name: "test", prefix: "/", routes, errorBody: wireError }],
    keys,
    mode: "simulated",
    clock,
    randomness,
    timers,
    log: silentLog(),
    unrecorded: () => {},
    names: () => [],
    rateLimit: () => 0,
  });
  const { url } = await listen(server, "127.0.0.1", 0);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const key = keys.reveal();
  return {
    url,
    key,
    ask: (path, asking = {}) =>
      request(url + path, { ...asking, headers: { "X-API-Key": key, ...asking.headers } }),
  };
}
