import { readFile } from "node:fs/promises";
import { protocol } from "electron";
import { fileFor, headersFor } from "./renderer-files.ts";

/** Makes `app://` a scheme with an origin of its own. To be called before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true } }]);
}

/** Serves the built window from `folder` at `app://bellhop/`. */
export function serveAppScheme(folder: string): void {
  protocol.handle("app", async (request) => {
    const file = request.method === "GET" ? fileFor(folder, request.url) : null;
    const content = file && (await readFile(file).catch(() => null));
    if (!file || !content) return new Response("Not found", { status: 404, headers: headersFor(".txt") });
    return new Response(new Uint8Array(content), { headers: headersFor(file) });
  });
}
