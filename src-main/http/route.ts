import { z } from "zod";
import type { Fault } from "../../src-shared/faults.ts";
import type { ApiKey } from "../access/api-keys.ts";
import type { Scope } from "../access/scopes.ts";

export type Method = "GET" | "POST" | "DELETE";

/** What a handler is given: all of it parsed by the route's schemas. */
export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  key: ApiKey;
}

/**
 * One operation of the API as a value. The listener, 405s and everything else that is said about the API
 * derive from the table of these.
 */
export interface Route {
  method: Method;
  /** As Express spells it: `/api/v1/messages/:id`. */
  path: string;
  /** One sentence about what it does. */
  summary: string;
  /** What the key must be allowed; null when no key is needed. */
  scope: Scope | null;
  input: { params: z.ZodType; query: z.ZodType; body: z.ZodType | null };
  output: z.ZodType;
  handler(call: Call<unknown, unknown, unknown>): unknown;
}

interface Description<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O extends z.ZodType> {
  method: Method;
  path: string;
  summary: string;
  scope: Scope | null;
  params?: P;
  query?: Q;
  body?: B;
  output: O;
  handler(call: Call<z.output<P>, z.output<Q>, z.output<B>>): z.input<O> | Promise<z.input<O>>;
}

const unread = z.unknown();

/** Makes a route whose handler sees the types of its schemas. What has no schema is not looked at. */
export function route<
  O extends z.ZodType,
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
>(description: Description<P, Q, B, O>): Route {
  const { method, path, summary, scope, output, handler } = description;
  return {
    method,
    path,
    summary,
    scope,
    output,
    input: {
      params: description.params ?? unread,
      query: description.query ?? unread,
      body: description.body ?? null,
    },
    // The listener parses with these very schemas before it calls.
    handler: (call) => handler(call as Call<z.output<P>, z.output<Q>, z.output<B>>),
  };
}

/** One API's wire format: where it lives, what it offers, how it words a refusal. */
export interface Dialect {
  name: string;
  /** Every path of it begins like this. */
  prefix: string;
  routes: readonly Route[];
  errorBody(fault: Fault, requestId: string): unknown;
}
