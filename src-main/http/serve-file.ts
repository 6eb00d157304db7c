import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import { Fault } from "../../src-shared/faults.ts";
import { type Part, partFor } from "./file-request.ts";
import type { ServedFile } from "./route.ts";

/**
 * Never waits: a pipe would have `open` wait for its other end. The path is a real one, so a link in its place is
 * not the file that was asked for.
 */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Answers with a file: length, ranges, validators, HEAD. It is always a download that no browser shows or runs in
 * our origin, whatever a correspondent put into it. All of it is of the one file that was opened, whatever happens
 * to its path meanwhile.
 * Resolves when it has been sent or the client has gone away; throws a Fault when it cannot be, and an Error when
 * the file turns out shorter than was announced: the connection is cut then, for nothing else tells the client.
 */
export async function serveFile(response: Response, file: ServedFile): Promise<void> {
  const handle = await opened(file);
  try {
    const found = await handle.stat();
    // Folders, pipes and devices: what never ends, or never begins.
    if (!found.isFile()) throw gone();
    await answer(response, file, handle, found);
  } finally {
    await handle.close();
  }
}

async function opened({ root, path }: ServedFile): Promise<FileHandle> {
  const whole = resolve(root, path);
  const way = relative(root, whole);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`)) throw new Error("a file outside of its root");
  return open(whole, OPEN_FLAGS).catch((thrown: unknown) => {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (code !== "EACCES" && code !== "EPERM") throw gone();
    throw new Fault(
      "reading_unavailable",
      "macOS does not let Bellhop read the file; switch on Full Disk Access for it in System Settings",
      { cause: thrown },
    );
  });
}

async function answer(response: Response, file: ServedFile, handle: FileHandle, found: Stats): Promise<void> {
  const { req: request } = response;
  const { size } = found;
  // A weak one is not good enough for a client to resume a download by.
  const etag = `"${size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`;
  const part = partFor(request, { etag, size, modifiedAt: found.mtimeMs });
  if (part.status === 412) {
    throw new Fault("precondition_failed", "the file is not the one that the request is about");
  }
  if (part.status === 416) {
    response.setHeader("Content-Range", `bytes */${size}`);
    throw new Fault(
      "range_not_satisfiable",
      `the file has ${size} bytes, and none in the range that was asked for`,
    );
  }
  response.attachment(file.name);
  response.setHeader("ETag", etag);
  response.setHeader("Last-Modified", new Date(found.mtimeMs).toUTCString());
  // It may be kept by the one who asked, and must be asked about each time.
  response.setHeader("Cache-Control", "private, no-cache");
  response.setHeader("Content-Security-Policy", "sandbox");
  response.setHeader("Accept-Ranges", "bytes");
  // As it is: Express would add a character set that nobody knows.
  response.setHeader("Content-Type", file.type);
  if (request.fresh) {
    for (const name of ["Content-Type", "Content-Disposition"]) response.removeHeader(name);
    response.status(304).end();
    return;
  }
  await send(request, response, handle, part, size);
}

async function send(
  request: Request,
  response: Response,
  handle: FileHandle,
  { status, start, length }: Part,
  size: number,
): Promise<void> {
  response.status(status);
  response.setHeader("Content-Length", length);
  if (status === 206) response.setHeader("Content-Range", `bytes ${start}-${start + length - 1}/${size}`);
  if (request.method === "HEAD" || length === 0) {
    response.end();
    return;
  }
  await pipeline(piecesOf(handle, start, length), response).catch((thrown: unknown) => {
    if (!hasHungUp(thrown)) throw thrown;
  });
}

async function* piecesOf(handle: FileHandle, start: number, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  const stream = handle.createReadStream({ start, end: start + length - 1, autoClose: false });
  for await (const piece of stream) {
    left -= piece.length;
    yield piece;
  }
  if (left > 0) throw new Error("a file became shorter while it was sent");
}

const HUNG_UP = new Set<unknown>([
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_UNABLE_TO_PIPE",
  "EPIPE",
  "ECONNRESET",
]);

function hasHungUp(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && HUNG_UP.has(thrown.code);
}

const gone = (): Fault => new Fault("not_found", "the file has just been removed");
