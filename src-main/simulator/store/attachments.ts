import { copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { appleSeconds } from "../apple-time.ts";
import { newGuid, type Store } from "./store.ts";

/** A file to go with a message: its bytes, or where to copy it from. */
export type NewFile = { name: string; content: Uint8Array } | { path: string; name?: string };

/** A file that lies under `Attachments` and has its row. */
export interface StoredAttachment {
  rowId: number;
  guid: string;
  name: string;
  isAudio: boolean;
}

const UNKNOWN = { uti: "public.data", mime: "application/octet-stream" };
const KINDS: Readonly<Record<string, { uti: string; mime: string }>> = {
  ".png": { uti: "public.png", mime: "image/png" },
  ".jpg": { uti: "public.jpeg", mime: "image/jpeg" },
  ".jpeg": { uti: "public.jpeg", mime: "image/jpeg" },
  ".gif": { uti: "com.compuserve.gif", mime: "image/gif" },
  ".heic": { uti: "public.heic", mime: "image/heic" },
  ".caf": { uti: "com.apple.coreaudio-format", mime: "audio/x-caf" },
  ".m4a": { uti: "com.apple.m4a-audio", mime: "audio/x-m4a" },
  ".mp3": { uti: "public.mp3", mime: "audio/mpeg" },
  ".mov": { uti: "com.apple.quicktime-movie", mime: "video/quicktime" },
  ".mp4": { uti: "public.mpeg-4", mime: "video/mp4" },
  ".pdf": { uti: "com.adobe.pdf", mime: "application/pdf" },
  ".txt": { uti: "public.plain-text", mime: "text/plain" },
  ".vcf": { uti: "public.vcard", mime: "text/vcard" },
};

/**
 * Puts a file under `Attachments/xx/yy/GUID/name`, as Messages does, and inserts its row (transfer finished).
 * A received file's guid is `at_INDEX_MESSAGEGUID`, a sent one's a UUID. `at` in milliseconds since 1970.
 * Throws when the file to copy cannot be read.
 */
export function storeAttachment(
  store: Store,
  file: NewFile,
  message: { guid: string; index: number; fromMe: boolean; at: number },
): StoredAttachment {
  const guid = message.fromMe ? newGuid(store) : `at_${message.index}_${message.guid}`;
  // Only the last part of a name: it may come from a stranger's argument.
  const name = basename("path" in file ? (file.name ?? file.path) : file.name);
  const spread = newGuid(store);
  const folder = join(
    store.attachments,
    spread.slice(0, 2).toLowerCase(),
    spread.slice(2, 4).toLowerCase(),
    guid,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const filename = join(folder, name);
  if ("path" in file) copyFileSync(file.path, filename);
  else writeFileSync(filename, file.content, { mode: 0o600 });
  const kind = KINDS[extname(name).toLowerCase()] ?? UNKNOWN;
  const inserted = store.sql.insertAttachment.run({
    guid,
    created: Math.floor(appleSeconds(message.at)),
    filename,
    uti: kind.uti,
    mimeType: kind.mime,
    outgoing: message.fromMe ? 1 : 0,
    name,
    bytes: statSync(filename).size,
  });
  return {
    rowId: Number(inserted.lastInsertRowid),
    guid,
    name,
    isAudio: extname(name).toLowerCase() === ".caf",
  };
}
