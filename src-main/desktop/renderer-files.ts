import { extname, resolve, sep } from "node:path";
import { windowPolicy } from "../../src-shared/window-policy.ts";

/** The only origin the window ever shows. */
export const WINDOW_ORIGIN = "app://bellhop";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * The file in `folder` that an `app://` address names; null for another host, a way out of the folder, or an
 * address that is not one. The `URL` resolves `..`, but not `%2e%2e%2f` or `%5c`, so the result is checked too.
 */
export function fileFor(folder: string, address: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== "app:" || url.host !== "bellhop") return null;
  const path = decoded(url.pathname);
  if (path === null || path.includes("\0") || path.includes("\\")) return null;
  const file = resolve(folder, `.${path === "/" ? "/index.html" : path}`);
  return file.startsWith(resolve(folder) + sep) ? file : null;
}

/** The headers of a file of ours. */
export function headersFor(file: string): Record<string, string> {
  return {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": windowPolicy("'none'"),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
