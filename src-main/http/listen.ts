import type { Server } from "node:http";

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
  url: string;
}

/** Starts listening; port 0 takes any free one. Rejects with a sentence that names the fix. */
export function listen(server: Server, host: string, port: number): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(new Error(sentenceOf(cause, host, port), { cause }));
    });
    server.listen(port, host, () => {
      const bound = server.address();
      const taken = bound === null || typeof bound === "string" ? port : bound.port;
      // An address that stands for all of them is none to call.
      const callable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
      const name = callable.includes(":") ? `[${callable}]` : callable;
      resolve({ host, port: taken, url: `http://${name}:${taken}` });
    });
  });
}

function sentenceOf(cause: NodeJS.ErrnoException, host: string, port: number): string {
  switch (cause.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is taken; quit the program that listens there, or choose another with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another with --host`;
    case "EACCES":
      return `this user may not listen on port ${port}; choose one above 1023 with --port`;
    default:
      return `cannot listen on ${host}:${port}: ${cause.message}`;
  }
}
