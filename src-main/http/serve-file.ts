import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Response } from "express";
import { Fault } from "../../src-shared/faults.ts";
import type { ServedFile } from "./route.ts";

/** What belongs to a file's own answer and must not stay on a refusal. */
const FILE_HEADERS = [
  "Content-Type",
  "Content-Disposition",
  "Content-Security-Policy",
  "ETag",
  "Last-Modified",
  "Accept-Ranges",
];

/** 412 and 416 are answers of HTTP itself: a header of the request does not fit the file. */
class Unmet extends Fault {
  readonly #status: 412 | 416;

  constructor(status: 412 | 416, sentence: string) {
    super("invalid_request", sentence);
    this.#status = status;
  }

  override get status(): number {
    return this.#status;
  }
}

/**
 * Answers with a file as Express' `send` does: length, ranges, validators, HEAD. It is always a download that no
 * browser shows or runs in our origin, whatever a correspondent put into it.
 * Resolves when it has been sent or the client has gone away; throws a Fault when it cannot be.
 */
export async function serveFile(response: Response, file: ServedFile): Promise<void> {
  const found = await stat(join(file.root, file.path)).catch(() => null);
  if (found === null) throw gone();
  const headers = {
    "Content-Type": file.type,
    "Content-Security-Policy": "sandbox",
    // It may be kept by the one who asked, and must be asked about each time.
    "Cache-Control": "private, no-cache",
    // `send` would make weak ones, with which no client resumes a download.
    ETag: `"${found.size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`,
  };
  const failure = await new Promise<Error | undefined>((resolve) => {
    // Within the root, folders with a dot are as good as others.
    const options = { root: file.root, dotfiles: "allow", headers } as const;
    response.download(file.path, file.name, options, resolve);
  });
  if (failure !== undefined && !hasHungUp(failure)) throw refusal(failure, response, found.size);
}

function hasHungUp(failure: Error): boolean {
  const { code, syscall }: NodeJS.ErrnoException = failure;
  return code === "ECONNABORTED" || syscall === "write";
}

function refusal(failure: Error, response: Response, size: number): unknown {
  if (response.headersSent) return failure;
  for (const name of FILE_HEADERS) response.removeHeader(name);
  response.set("Cache-Control", "no-store");
  const status = "status" in failure ? failure.status : undefined;
  if (status === 416)
    return new Unmet(416, `the file has ${size} bytes, and none in the range that was asked for`);
  if (status === 412) return new Unmet(412, "the file is not the one that the request is about");
  const code = "code" in failure ? failure.code : undefined;
  return status === 404 || code === "EISDIR"
    ? gone()
    : new Error("a file could not be sent", { cause: failure });
}

const gone = (): Fault => new Fault("not_found", "the file has just been removed");
