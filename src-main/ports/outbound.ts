/** A POST to somebody else's server. */
export interface OutboundPost {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** From connecting to the last byte of the answer, in milliseconds. */
  timeoutMs: number;
  /** Gives the attempt up early. */
  signal?: AbortSignal;
}

/** What came back. Redirects are not followed. */
export interface OutboundAnswer {
  status: number;
  /** The `Retry-After` header as it came. */
  retryAfter: string | null;
}

/** Where outgoing HTTP goes. */
export interface Outbound {
  /** Rejects when no answer came: refused, reset, timed out, or given up. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
}
