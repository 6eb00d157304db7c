import { Agent, type ClientRequestArgs } from "node:http";
import { Duplex } from "node:stream";

/** A request that a connection is made for. */
export interface ForRequest {
  /** Whether nobody waits for its answer any more. */
  isOver(): boolean;
}

/** What `request` is to be given beside its own options, so that the agent knows whom it connects for. */
export interface KeptArgs extends ClientRequestArgs {
  forRequest: ForRequest;
}

/**
 * The connections to one origin that one pool keeps. Node's agent does the keeping: it hands the last one used out
 * first, drops those that the server closes, lets go of one after `idleMs` or, if that is sooner, a second before the
 * server's own `Keep-Alive: timeout=`, and does not hold the process up meanwhile.
 */
export class KeptConnections extends Agent {
  readonly #open: (request: ForRequest) => Promise<Duplex>;
  readonly #emptied: () => void;
  #connections = 0;
  #released = false;

  /** @param emptied called whenever the last connection has closed. */
  constructor(options: {
    idleMs: number;
    open(request: ForRequest): Promise<Duplex>;
    emptied(): void;
  }) {
    super({ keepAlive: true, timeout: options.idleMs, scheduling: "lifo" });
    this.#open = options.open;
    this.#emptied = options.emptied;
  }

  /** All of them go to one origin. */
  override getName(): string {
    return "kept";
  }

  override createConnection(
    options: ClientRequestArgs & Partial<KeptArgs>,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { forRequest = { isOver: () => false } } = options;
    this.#open(forRequest).then(
      (stream) => {
        this.#connections += 1;
        // The request listens from the next tick on; an error must not find nobody before that.
        stream.on("error", () => {});
        stream.once("close", () => {
          this.#connections -= 1;
          if (this.#connections === 0) this.#emptied();
        });
        callback?.(null, likeSocket(stream));
      },
      // The agent looks at no stream where there is an error.
      (error: Error) => callback?.(error, new Duplex()),
    );
  }

  /** Node keeps the connection when this says so; its declared type leaves that out. */
  override keepSocketAlive(socket: Duplex): boolean {
    const kept: unknown = super.keepSocketAlive(socket);
    return kept !== false && !this.#released;
  }

  /** Closes those that wait for a request. */
  dropIdle(): void {
    for (const sockets of Object.values(this.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }

  /** Closes those that wait, and each of the others after its request. */
  release(): void {
    this.#released = true;
    this.dropIdle();
  }
}

/** Node's agent calls these on every connection; a stream that is no socket has none of them. */
function likeSocket(stream: Duplex): Duplex {
  for (const name of ["setKeepAlive", "setTimeout", "setNoDelay", "ref", "unref"]) {
    if (!(name in stream)) Object.defineProperty(stream, name, { value: () => stream });
  }
  return stream;
}
