/** A POST to somebody else's server. */
export interface OutboundPost {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** From looking up the name to the last byte of the answer, in milliseconds. */
  timeoutMs: number;
  /** Whose it is: a connection that is kept open is used again by the same one only. */
  pool: string;
  /** Whether it may reach this machine and its network. */
  local: boolean;
  /** Gives the attempt up early. */
  signal?: AbortSignal;
}

/** What came back. Redirects are not followed. */
export interface OutboundAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The beginning of the answer's body, 4 KB at most, read as UTF-8. */
  text: string;
}

/** Where outgoing HTTP goes. */
export interface Outbound {
  /** Rejects with NoAnswer when no answer came: refused, reset, timed out, not allowed, or given up. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
  /** Lets go of the connections that are kept for this one. */
  forget(pool: string): void;
  close(): void;
}

/** Why no answer came. `forbidden`: the address is one that nothing is sent to. */
export type NoAnswerReason =
  | "name"
  | "forbidden"
  | "refused"
  | "reset"
  | "timeout"
  | "tls"
  | "aborted"
  | "other";

/** No answer came; `message` says why, in words for a person. */
export class NoAnswer extends Error {
  readonly reason: NoAnswerReason;

  constructor(reason: NoAnswerReason, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "NoAnswer";
    this.reason = reason;
  }
}
