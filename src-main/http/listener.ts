import { isUtf8 } from "node:buffer";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Express, NextFunction, Request, Response } from "express";
import express from "express";
import { rateLimit } from "express-rate-limit";
import { asFault, Fault } from "../../src-shared/faults.ts";
import type { Mode } from "../../src-shared/status.ts";
import type { ApiKey, ApiKeys } from "../access/api-keys.ts";
import { checkCaller, keyInHeaders } from "../access/caller.ts";
import { requestLog } from "../observability/http-log.ts";
import type { Log } from "../observability/log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Timers } from "../ports/timers.ts";
import { isSqliteError } from "../storage/database.ts";
import { cutOff } from "./cut-off.ts";
import { endLater } from "./end-later.ts";
import { parseInput } from "./parse.ts";
import type { Dialect, Route, Streaming } from "./route.ts";
import { serveFile } from "./serve-file.ts";
import { uploadIn } from "./upload.ts";

/** JSON bodies up to this size; a text of 100,000 bytes fits with every byte escaped. */
const BODY_LIMIT = 1024 * 1024;

export interface ListenerOptions {
  dialects: readonly [Dialect, ...Dialect[]];
  keys: ApiKeys;
  mode: Mode;
  randomness: Randomness;
  clock: Clock;
  timers: Timers;
  log: Log;
  /** A call was refused because bellhop.db does not take what it asks for. */
  unrecorded(): void;
  /** Names beside localhost under which the gateway may be called. */
  names(): readonly string[];
  /** Requests a minute for each key; 0 for no limit. */
  rateLimit(): number;
  /** The window in a browser; absent where it is off. */
  ui?: express.RequestHandler;
}

/** An HTTP server that answers the dialects' routes. It does not listen yet. */
export function createListener(options: ListenerOptions): Server {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.use(requestLog(options));
  app.use((request, response, next) => {
    response.locals.requestId = `req_${options.randomness.uuid().replaceAll("-", "").slice(0, 20)}`;
    response.set("X-Request-Id", requestId(response));
    response.set("X-Bellhop-Mode", options.mode);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Cache-Control", "no-store");
    checkCaller(request.headers, options.names());
    next();
  });
  if (options.ui) app.use("/ui", options.ui);
  const limited = limitPerKey(options);
  for (const dialect of options.dialects) mount(app, dialect, options, limited);
  app.use((request, _response, next) => {
    const hint = request.path === "/" ? "; the API begins with /api/v1, the window is at /ui" : "";
    next(new Fault("not_found", `there is no ${request.path}${hint}`));
  });
  app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) => {
    refuse(thrown, request, response, options);
  });
  // No limit for a request as a whole: a large upload over a slow line takes its time, and has a limit of its own.
  const server = createServer({ shouldUpgradeCallback: wantsWebSocket, requestTimeout: 0 }, app);
  // Who asks first whether to send its body (`Expect: 100-continue`) is told so by the one that reads it. Who never
  // is may send it or not: what comes next on that connection could be either.
  server.on("checkContinue", (request, response) => {
    response.shouldKeepAlive = false;
    app(request, response);
  });
  return server;
}

/** Has a client that waits for leave to send its body do so. */
const askForBody: express.RequestHandler = (request, response, next) => {
  if (request.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  next();
};

/** Some clients offer HTTP/2 with every request (`Upgrade: h2c`): that is not taken up, and answered as usual. */
function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** What Express calls them. */
const METHODS = { GET: "get", POST: "post", PATCH: "patch", DELETE: "delete" } as const;

function mount(
  app: Express,
  dialect: Dialect,
  options: ListenerOptions,
  limited: express.RequestHandler,
): void {
  const readBody = express.json({ limit: BODY_LIMIT, strict: false, verify: refuseOtherThanUtf8 });
  const paths = new Map<string, Route[]>();
  for (const route of dialect.routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  for (const [path, routes] of paths) {
    for (const route of routes) {
      const steps: express.RequestHandler[] = [];
      if (route.scope !== null) steps.push(authenticate(route, options.keys), limited);
      if (route.input.body !== null) steps.push(requireJson, askForBody, cutOff(BODY_LIMIT), readBody);
      steps.push(answer(route));
      app[METHODS[route.method]](path, ...steps);
    }
    // Whatever answers GET answers HEAD.
    const methods = routes.flatMap(({ method }) => (method === "GET" ? [method, "HEAD"] : [method]));
    const allowed = methods.join(", ");
    app.all(path, (request, response) => {
      response.set("Allow", allowed);
      throw new Fault("method_not_allowed", `${request.method} is not possible here, but ${allowed} is`);
    });
  }
}

function authenticate(route: Route, keys: ApiKeys): express.RequestHandler {
  return (request, response, next) => {
    // A browser's EventSource cannot send headers.
    const inQuery = route.answers === "stream" ? request.query.api_key : undefined;
    const text = typeof inQuery === "string" ? inQuery : keyInHeaders(request.headers);
    const key = text === null ? null : keys.authenticate(text);
    if (key === null) {
      const what = text === null ? "no API key was given" : "this API key is not valid";
      throw new Fault("unauthorized", `${what}; send it as X-API-Key`);
    }
    if (route.scope !== null && !key.scopes.includes(route.scope)) {
      throw new Fault("unauthorized", `this API key lacks the scope ${route.scope}`);
    }
    response.locals.key = key;
    next();
  };
}

function limitPerKey(options: ListenerOptions): express.RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: () => options.rateLimit(),
    skip: () => options.rateLimit() === 0,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (_request, response) => callerOf(response).id,
    handler: (_request, response) => {
      const seconds = Number(response.getHeader("Retry-After") ?? 60);
      throw new Fault(
        "rate_limited",
        `more than ${options.rateLimit()} requests in a minute (rateLimit in config.json, or --rate-limit)`,
        {
          retryAfter: seconds,
        },
      );
    },
  });
}

/** A body that claims to be something else is refused before it is read; no body at all is left to the schema. */
const requireJson: express.RequestHandler = (request, _response, next) => {
  if (hasBody(request) && !request.is("json")) {
    throw new Fault("invalid_request", "send the body as JSON, with Content-Type: application/json");
  }
  next();
};

function hasBody(request: Request): boolean {
  return (
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0
  );
}

function answer(route: Route): express.RequestHandler {
  return async (request, response) => {
    const { params, query, headers, body } = route.input;
    const call = {
      params: parseInput(params, request.params),
      query: parseInput(query, request.query),
      headers: parseInput(headers, request.headers),
      body: body === null ? undefined : parseInput(body, request.body ?? {}),
      key: callerOf(response),
      signal: leavingOf(response),
      header: (name: string, value: string) => void response.set(name, value),
    };
    switch (route.answers) {
      case "file":
        return serveFile(response, await route.handler(call));
      case "text":
        return sendText(response, await route.handler(call), route.mediaType);
      case "stream":
        return answerOn(response, route.handler(call), route.mediaType);
      case "json to a file": {
        const upload = await uploadIn(request, route.limit, () => askForBody(request, response, () => {}));
        try {
          return sendJson(
            response,
            route.status,
            route.output.parse(await route.handler({ ...call, upload })),
          );
        } finally {
          upload.body.destroy();
        }
      }
      default:
        return sendJson(response, route.status, route.output.parse(await route.handler(call)));
    }
  };
}

/** To HEAD, the head alone: what follows would have no end. */
function answerOn(response: Response, stream: Streaming, mediaType: string): void {
  if (response.req.method === "HEAD") response.set("Content-Type", mediaType).end();
  else stream(response);
}

function leavingOf(response: Response): AbortSignal {
  const leaving = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) leaving.abort();
  });
  return leaving.signal;
}

/** Set by `authenticate`; on open routes there is nobody. */
function callerOf(response: Response): ApiKey {
  return response.locals.key ?? { id: "nobody", name: "nobody", lastFour: "", scopes: [] };
}

function requestId(response: Response): string {
  return String(response.locals.requestId);
}

function refuse(thrown: unknown, request: Request, response: Response, options: ListenerOptions): void {
  const fault = asFault(bodyFault(thrown) ?? storageFault(thrown) ?? thrown);
  // Without a cause nothing failed: uploads have used up what they may.
  const isBroken =
    fault.code === "internal" || (fault.code === "storage_unavailable" && fault.cause !== undefined);
  if (isBroken && fault.code === "storage_unavailable") options.unrecorded();
  const id = requestId(response);
  const where = { method: request.method, path: request.path, status: fault.status, request_id: id };
  if (isBroken) options.log.error({ area: "http", err: fault.cause, ...where }, "unexpected");
  if (response.headersSent) return void response.destroy();
  const dialect = options.dialects.find((one) => request.path.startsWith(one.prefix)) ?? options.dialects[0];
  if (fault.retryAfter !== undefined) response.set("Retry-After", String(Math.ceil(fault.retryAfter)));
  else if (fault.status === 503) response.set("Retry-After", "5");
  if (fault.code === "upgrade_required") response.set("Upgrade", "websocket");
  response.status(fault.status);
  const body = dialect.errorBody(fault, id);
  if (request.complete) response.json(body);
  else endLater(request, response, body, options.timers);
}

/** What bellhop.db refuses: the disk is full, the folder is not to be written, or it is held by a lock. */
function storageFault(thrown: unknown): Fault | null {
  if (!isSqliteError(thrown)) return null;
  const sentence =
    "Bellhop cannot write to its data folder; free some space there, or let Bellhop write to it";
  return new Fault("storage_unavailable", sentence, { cause: thrown });
}

const NOT_UTF8 = "the body is not UTF-8";

/** What is not UTF-8 would be read with other characters in it than were meant. Throws what `bodyFault` knows. */
function refuseOtherThanUtf8(_request: IncomingMessage, _response: unknown, bytes: Buffer): void {
  if (!isUtf8(bytes)) throw Object.assign(new Error(NOT_UTF8), { status: 400 });
}

/** What Express and its body parser throw, in our words; null when it is something else. */
function bodyFault(thrown: unknown): Fault | null {
  if (thrown instanceof URIError) return new Fault("invalid_request", "the address is not well encoded");
  if (thrown instanceof Fault || !(thrown instanceof Error) || !("status" in thrown)) return null;
  if (thrown.status === 413) return new Fault("payload_too_large", "the body is larger than 1 MB");
  if (thrown.status === 415) {
    const sentence = "send the body as JSON in UTF-8, without Content-Encoding";
    return new Fault("unsupported_media", sentence, { cause: thrown });
  }
  if (typeof thrown.status === "number" && thrown.status < 500) {
    const sentence = thrown.message === NOT_UTF8 ? NOT_UTF8 : "the body is not valid JSON";
    return new Fault("invalid_request", sentence, { cause: thrown });
  }
  return null;
}

/**
 * As `response.json` does it, but without a copy of a long text in memory of its own: those are collected late, and
 * page upon page they pile up to a hundred megabytes.
 */
function sendJson(response: Response, status: number, body: unknown): void {
  response.status(status);
  sendText(response, JSON.stringify(body), "application/json; charset=utf-8");
}

function sendText(response: Response, text: string, mediaType: string): void {
  response.set("Content-Type", mediaType);
  response.set("Content-Length", String(Buffer.byteLength(text)));
  response.end(text);
}
