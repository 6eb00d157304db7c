import type { Event } from "../../src-shared/domain/event.ts";
import type { Mode } from "../../src-shared/status.ts";
import type { ApiKeys } from "../access/api-keys.ts";
import type { Control } from "../control/control.ts";
import type { EventQuestion } from "../journal/event-question.ts";
import type { Follow } from "../journal/following.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../observability/log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import type { ConnectionLog } from "./connection-log.ts";
import { openEventSockets } from "./event-sockets.ts";
import { type Address, listen } from "./listen.ts";
import { createListener } from "./listener.ts";
import type { Dialect } from "./route.ts";
import { openUiSessions } from "./ui/sessions.ts";
import { openUi } from "./ui/ui.ts";
import { type Accept, handleUpgrades } from "./upgrade.ts";

/** How long a stop waits for requests that are under way, and for sockets to say goodbye. */
const LINGER_MS = 3_000;

export interface ServerOptions {
  /** The native API; its prefix carries the event socket too. */
  dialect: Dialect;
  /** What else answers, such as `/metrics`. */
  others: readonly Dialect[];
  /** An event as a frame of that dialect. */
  frameOf(event: Event): string;
  keys: ApiKeys;
  /** What a socket of that dialect asks for in its address. */
  questionIn(query: URLSearchParams): EventQuestion;
  connected: ConnectionLog;
  follow: Follow;
  journal: Pick<Journal, "prunedTo" | "newest">;
  /** Ends answers that go on, and those that wait, so that a stop need not. */
  endStreams(): void;
  control: Control;
  mode: Mode;
  /** The folder of the built window, for browsers; null to serve none. */
  ui: string | null;
  controlToken: string;
  /** Names beside localhost under which the gateway may be called. */
  names(): readonly string[];
  rateLimit(): number;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  log: Log;
  /** A call was refused because bellhop.db does not take what it asks for. */
  unrecorded(): void;
  complain(thrown: unknown): void;
}

/** Everything that listens: the API, its event sockets, and the window in a browser. */
export interface GatewayServer {
  /** Rejects with a sentence when it cannot. */
  listen(host: string, port: number): Promise<Address>;
  /** Where it listens; what was asked for until then. */
  address(): Address;
  /** A fresh link to the window. */
  uiLink(): string;
  /** How many event sockets are connected. */
  sockets(): number;
  /** Accepts nothing more, lets go of sockets, and waits a little for what is under way. */
  close(): Promise<void>;
}

/** Puts listener, sockets and window together. */
export function openServer(options: ServerOptions): GatewayServer {
  const { dialect, keys, timers, clock, randomness } = options;
  let address: Address = { host: "", port: 0, url: "" };
  const sessions = openUiSessions(clock, randomness);
  const ui =
    options.ui === null
      ? null
      : openUi({
          files: options.ui,
          control: options.control,
          sessions,
          controlToken: options.controlToken,
          timers,
          cookieName: () => `bellhop_ui_${address.port}`,
        });
  const sockets = openEventSockets(options);
  const server = createListener({
    dialects: [dialect, ...options.others],
    clock,
    keys,
    mode: options.mode,
    randomness,
    timers,
    log: options.log,
    unrecorded: options.unrecorded,
    names: options.names,
    rateLimit: options.rateLimit,
    ...(ui ? { ui: ui.handler } : {}),
  });
  const paths = new Map<string, Accept>([[`${dialect.prefix}/ws`, sockets.accept]]);
  if (ui) paths.set("/ui/socket", ui.acceptSocket);
  handleUpgrades(server, {
    paths,
    dialect,
    names: options.names,
    requestId: () => `req_${randomness.uuid().slice(0, 8)}`,
  });

  return {
    async listen(host, port) {
      address = { host, port, url: "" };
      address = await listen(server, host, port);
      return address;
    },
    address: () => address,
    uiLink: () => `${address.url}/ui/#${sessions.link()}`,
    sockets: sockets.count,
    async close() {
      sockets.close();
      options.endStreams();
      ui?.close();
      const closed = new Promise((resolve) => server.close(resolve));
      const linger = timers.after(LINGER_MS, () => {
        server.closeAllConnections();
        // Upgraded connections are no longer the server's, but it waits for them all the same.
        sockets.terminate();
        ui?.terminate();
      });
      server.closeIdleConnections();
      await closed;
      linger.cancel();
    },
  };
}
