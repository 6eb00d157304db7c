import { Readable } from "node:stream";
import type { BusboyInstance } from "@fastify/busboy";
import type { Request } from "express";
import { Fault } from "../../src-shared/faults.ts";
import type { Upload } from "./route.ts";

/** What a form may have beside its file, in bytes. */
const FORM_EXTRA = 256 * 1024;
/** How long nothing may come of an upload, in ms. */
const IDLE_MS = 60_000;
const FORM_LIMITS = {
  files: 1,
  fields: 50,
  parts: 51,
  fieldSize: 64 * 1024,
  headerPairs: 50,
  headerSize: 16_384,
};

/**
 * The file that a request brings: its whole body, or the one file of a `multipart/form-data` form, of which nothing
 * else is looked at. At most `limit` bytes of it can be read. `begin` is called when it is going to be read. Throws
 * a Fault when there is none, when it is announced as too large, or when it is compressed.
 */
export async function uploadIn(request: Request, limit: number, begin: () => void): Promise<Upload> {
  const { "content-encoding": encoding = "identity", "content-type": type = "" } = request.headers;
  if (encoding !== "identity") {
    throw new Fault("unsupported_media", `send the file as it is, without Content-Encoding: ${encoding}`);
  }
  const isForm = /^multipart\/form-data\b/i.test(type);
  const most = isForm ? limit + FORM_EXTRA : limit;
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLarge(limit);
  const bytes = Readable.from(atMost(request, most, tooLarge(limit)), { objectMode: false });
  const form = isForm ? await formOf(type) : null;
  request.setTimeout(IDLE_MS, () => void request.destroy());
  begin();
  const given = givenName(request);
  if (form === null) return { name: given, body: bytes };
  const upload = await fileIn(form, bytes);
  return { name: given ?? upload.name, body: upload.body };
}

const tooLarge = (limit: number): Fault =>
  new Fault("payload_too_large", `the file is larger than ${Math.floor(limit / 1024 / 1024)} MB`);

/** What comes in, without reading ahead. The request itself stays open, so that it can be answered. */
async function* atMost(request: Request, most: number, fault: Fault): AsyncGenerator<Uint8Array> {
  let left = most;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      left -= chunk.length;
      if (left < 0) throw fault;
      yield chunk;
    }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault("invalid_request", "the upload ended before it was whole");
  }
}

async function formOf(type: string): Promise<BusboyInstance> {
  // Read in with the first form: a start need not wait for it.
  const { Busboy } = await import("@fastify/busboy");
  try {
    return new Busboy({ headers: { "content-type": type }, limits: FORM_LIMITS });
  } catch {
    throw noForm();
  }
}

const noForm = (): Fault => new Fault("invalid_request", "the body is no valid multipart/form-data");

/**
 * Resolves when the file begins. Its body ends when the whole form has: what is wrong behind the file is known
 * before the file counts as received.
 */
function fileIn(form: BusboyInstance, bytes: Readable): Promise<Upload> {
  const { promise: whole, resolve: ended, reject: broken } = Promise.withResolvers<void>();
  // Who waits for it is told when it comes to it.
  whole.catch(() => {});
  return new Promise((resolve, reject) => {
    let file: Readable | null = null;
    const fail = (fault: Fault): void => {
      broken(fault);
      reject(fault);
      file?.destroy(fault);
      bytes.destroy();
    };
    form.on("file", (_field, stream, name) => {
      file = stream;
      stream.on("error", () => fail(noForm()));
      const body = Readable.from(oneFile(stream, whole), { objectMode: false });
      body.once("close", () => bytes.destroy());
      resolve({ name: name === "" ? null : name, body });
    });
    form.on("filesLimit", () => fail(new Fault("invalid_request", "the form has more than one file")));
    form.on("finish", () => {
      if (file === null)
        fail(new Fault("invalid_request", "the form has no file; send one in a field of it"));
      else ended();
    });
    form.on("error", () => fail(noForm()));
    bytes.on("error", (thrown) => fail(thrown instanceof Fault ? thrown : noForm()));
    bytes.pipe(form);
  });
}

async function* oneFile(stream: Readable, whole: Promise<void>): AsyncGenerator<Uint8Array> {
  yield* stream;
  await whole;
}

/** What the caller says the file is called, beside a form; null when it says nothing. */
function givenName({ headers, query }: Request): string | null {
  const header = headers["x-filename"];
  if (typeof header === "string" && header !== "") return decoded(header);
  return typeof query.name === "string" && query.name !== "" ? query.name : null;
}

/** Percent-encoded UTF-8, bare UTF-8, or Latin-1: which it is shows, but for odd names. Headers come in as Latin-1. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(
      new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(header, "latin1")),
    );
  } catch {
    return header;
  }
}
