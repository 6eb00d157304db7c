import { createServer } from "node:net";

/** Below those that a system gives to outgoing connections: one of these could take it while nobody listens. */
const LOWEST = 20_000;
const HIGHEST = 29_999;
const TRIES = 100;

/** A port on 127.0.0.1 that nobody uses now. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${LOWEST} to ${HIGHEST} was found in ${TRIES} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
