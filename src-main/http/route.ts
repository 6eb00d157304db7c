import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { z } from "zod";
import type { Fault } from "../../src-shared/faults.ts";
import type { ApiKey } from "../access/api-keys.ts";
import type { Scope } from "../access/scopes.ts";
import { LARGEST_FILE } from "../files/limits.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** What a handler is given: all of it parsed by the route's schemas. */
export interface Call<P, Q, B, H = unknown> {
  params: P;
  query: Q;
  body: B;
  /** By name in lower case. */
  headers: H;
  key: ApiKey;
  /** Aborted when the client leaves before it has its answer. */
  signal: AbortSignal;
  /** Sets a header of the answer; it stays when the call is refused afterwards. */
  header(name: string, value: string): void;
}

/** A file on its way in. */
export interface Upload {
  /** As the caller calls it, without any guarantee; null when it says nothing. */
  name: string | null;
  /**
   * Its bytes, to be read once; nothing is read ahead. Fails with a Fault when they are too many, when the caller
   * leaves, or when the form around them is no form.
   */
  body: Readable;
}

/** A file for a caller to download. */
export interface ServedFile {
  /** The folder that nothing outside of is served; absolute. */
  root: string;
  /** The file's way from `root`. */
  path: string;
  /** Its media type, such as `image/heic`. */
  type: string;
  /** What a download is called. */
  name: string;
}

/** What goes on answering after the handler has returned; it writes the head itself. */
export type Streaming = (response: ServerResponse) => void;

/** What the handler of an upload is given beside the rest. */
interface Uploading {
  upload: Upload;
}

interface Operation {
  method: Method;
  /** As Express spells it: `/api/v1/messages/:id`. */
  path: string;
  /** One sentence about what it does. */
  summary: string;
  /** What the key must be allowed; null when no key is needed. */
  scope: Scope | null;
  input: { params: z.ZodType; query: z.ZodType; headers: z.ZodType; body: z.ZodType | null };
}

/** An operation that answers with JSON of the shape `output`. */
export interface JsonRoute extends Operation {
  answers: "json";
  /** The status of an answer that is no refusal. */
  status: number;
  output: z.ZodType;
  handler(call: Call<unknown, unknown, unknown>): unknown;
}

/** An operation that takes a file of any kind as it comes, and answers with JSON of the shape `output`. */
export interface UploadRoute extends Operation {
  answers: "json to a file";
  method: "POST";
  status: number;
  /** The largest file, in bytes. */
  limit: number;
  output: z.ZodType;
  handler(call: Call<unknown, unknown, unknown> & Uploading): unknown;
}

/** An operation that answers with a file, whole or in ranges, and to HEAD with what it would send. */
export interface FileRoute extends Operation {
  answers: "file";
  method: "GET";
  /** What it may be, as ranges of media types: what a description of the API says. */
  mediaTypes: readonly string[];
  handler(call: Call<unknown, unknown, unknown>): Promise<ServedFile>;
}

/** An operation that answers with a text of this media type. */
export interface TextRoute extends Operation {
  answers: "text";
  method: "GET";
  mediaType: string;
  handler(call: Call<unknown, unknown, unknown>): Promise<string>;
}

/** An operation whose answer has no end, until one side leaves. */
export interface StreamRoute extends Operation {
  answers: "stream";
  method: "GET";
  mediaType: string;
  handler(call: Call<unknown, unknown, unknown>): Streaming;
}

/**
 * One operation of the API as a value. The listener, 405s and everything else that is said about the API
 * derive from the table of these.
 */
export type Route = JsonRoute | UploadRoute | FileRoute | TextRoute | StreamRoute;

interface Asked<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, H extends z.ZodType> {
  path: string;
  summary: string;
  scope: Scope | null;
  params?: P;
  query?: Q;
  headers?: H;
  body?: B;
}

type Typed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, H extends z.ZodType> = Call<
  z.output<P>,
  z.output<Q>,
  z.output<B>,
  z.output<H>
>;

interface Description<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  H extends z.ZodType,
  O extends z.ZodType,
> extends Asked<P, Q, B, H> {
  method: Method;
  /** 200 unless it says otherwise. */
  status?: number;
  output: O;
  handler(call: Typed<P, Q, B, H>): z.input<O> | Promise<z.input<O>>;
}

interface UploadDescription<
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  O extends z.ZodType,
> extends Omit<Asked<P, Q, z.ZodUnknown, H>, "body"> {
  /** 201 unless it says otherwise. */
  status?: number;
  /** As large as a file may be that is sent, unless it says otherwise. */
  limit?: number;
  output: O;
  handler(call: Typed<P, Q, z.ZodUnknown, H> & Uploading): z.input<O> | Promise<z.input<O>>;
}

interface FileDescription<P extends z.ZodType, Q extends z.ZodType>
  extends Omit<Asked<P, Q, z.ZodUnknown, z.ZodUnknown>, "body" | "headers"> {
  mediaTypes: readonly string[];
  handler(call: Call<z.output<P>, z.output<Q>, unknown>): Promise<ServedFile>;
}

interface StreamDescription<Q extends z.ZodType, H extends z.ZodType>
  extends Omit<Asked<z.ZodUnknown, Q, z.ZodUnknown, H>, "body" | "params"> {
  mediaType: string;
  handler(call: Typed<z.ZodUnknown, Q, z.ZodUnknown, H>): Streaming;
}

const unread = z.unknown();

/** Makes a route whose handler sees the types of its schemas. What has no schema is not looked at. */
export function route<
  O extends z.ZodType,
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
  H extends z.ZodType = z.ZodUnknown,
>(description: Description<P, Q, B, H, O>): JsonRoute {
  const { method, path, summary, scope, status = 200, output, handler } = description;
  return {
    answers: "json",
    method,
    path,
    summary,
    scope,
    status,
    output,
    input: inputOf(description),
    // The listener parses with these very schemas before it calls.
    handler: (call) => handler(call as Typed<P, Q, B, H>),
  };
}

/**
 * Makes a route that takes a file: as the body itself, named by `X-Filename` (percent-encoded UTF-8) or `?name=`, or
 * as the one file of a `multipart/form-data` form. The body is not read before the key has been looked at.
 */
export function uploadRoute<
  O extends z.ZodType,
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  H extends z.ZodType = z.ZodUnknown,
>(description: UploadDescription<P, Q, H, O>): UploadRoute {
  const { path, summary, scope, status = 201, limit = LARGEST_FILE, output, handler } = description;
  return {
    answers: "json to a file",
    method: "POST",
    path,
    summary,
    scope,
    status,
    limit,
    output,
    input: inputOf(description),
    // As above.
    handler: (call) => handler(call as Typed<P, Q, z.ZodUnknown, H> & Uploading),
  };
}

/** Makes a route that is asked with GET or HEAD, and whose handler names a file to serve. */
export function fileRoute<P extends z.ZodType = z.ZodUnknown, Q extends z.ZodType = z.ZodUnknown>(
  description: FileDescription<P, Q>,
): FileRoute {
  const { path, summary, scope, mediaTypes, handler } = description;
  return {
    answers: "file",
    method: "GET",
    path,
    summary,
    scope,
    mediaTypes,
    input: inputOf(description),
    // As above.
    handler: (call) => handler(call as Typed<P, Q, z.ZodUnknown, z.ZodUnknown>),
  };
}

/** Makes a route that answers with a text. */
export function textRoute(description: Omit<TextRoute, "answers" | "method" | "input">): TextRoute {
  return { ...description, answers: "text", method: "GET", input: inputOf({}) };
}

/** Makes a route whose answer goes on. */
export function streamRoute<Q extends z.ZodType = z.ZodUnknown, H extends z.ZodType = z.ZodUnknown>(
  description: StreamDescription<Q, H>,
): StreamRoute {
  const { path, summary, scope, mediaType, handler } = description;
  return {
    answers: "stream",
    method: "GET",
    path,
    summary,
    scope,
    mediaType,
    input: inputOf(description),
    // As above.
    handler: (call) => handler(call as Typed<z.ZodUnknown, Q, z.ZodUnknown, H>),
  };
}

function inputOf({
  params,
  query,
  headers,
  body,
}: Partial<Record<"params" | "query" | "headers" | "body", z.ZodType>>): Operation["input"] {
  return {
    params: params ?? unread,
    query: query ?? unread,
    headers: headers ?? unread,
    body: body ?? null,
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
