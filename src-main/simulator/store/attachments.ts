import { copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { appleSeconds } from "../apple-time.ts";
import { writeBinaryPlist } from "../binary-plist.ts";
import type { AttachmentPiece } from "../message-body.ts";
import type { AttachmentRow } from "./rows.ts";
import { setColumns } from "./set-columns.ts";
import { newGuid, type Store } from "./store.ts";

/** A file to go with a message: its bytes, or where to copy it from; and what Messages makes of it. */
export type NewFile = ({ name: string; content: Uint8Array } | { path: string; name?: string }) & {
  /** What Messages heard in a voice note. */
  transcription?: string;
  /** A picture that stands in the line of text as an emoji does, and its description (macOS 15). */
  genmoji?: string;
  sticker?: boolean;
  /** Only announced: the row is there, the file is not. arriveFile brings it. */
  late?: boolean;
};

/** A file that lies under `Attachments` and has its row. */
export interface StoredAttachment {
  rowId: number;
  guid: string;
  name: string;
  isAudio: boolean;
  transcription?: string;
  genmoji: boolean;
}

/** `attachment.transfer_state`. */
export const TRANSFER = { announced: 0, downloading: 3, done: 5, failed: 6 } as const;

const UNKNOWN = { uti: "public.data", mime: "application/octet-stream" };
const KINDS: Readonly<Record<string, { uti: string; mime: string }>> = {
  ".png": { uti: "public.png", mime: "image/png" },
  ".jpg": { uti: "public.jpeg", mime: "image/jpeg" },
  ".jpeg": { uti: "public.jpeg", mime: "image/jpeg" },
  ".gif": { uti: "com.compuserve.gif", mime: "image/gif" },
  ".heic": { uti: "public.heic", mime: "image/heic" },
  ".webp": { uti: "org.webmproject.webp", mime: "image/webp" },
  ".aif": { uti: "public.aiff-audio", mime: "audio/x-aiff" },
  ".aiff": { uti: "public.aiff-audio", mime: "audio/x-aiff" },
  ".wav": { uti: "com.microsoft.waveform-audio", mime: "audio/x-wav" },
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
 * Puts a file under `Attachments/xx/yy/GUID/name`, as Messages does, and inserts its row (transfer finished,
 * unless the file is late). A received file's guid is `at_INDEX_MESSAGEGUID`, a sent one's a UUID.
 * `at` in milliseconds since 1970. Throws when the file to copy cannot be read.
 */
export function storeAttachment(
  store: Store,
  file: NewFile,
  message: { guid: string; index: number; fromMe: boolean; at: number },
): StoredAttachment {
  const guid = message.fromMe ? newGuid(store) : `at_${message.index}_${message.guid}`;
  // Only the last part of a name: it may come from a stranger's argument.
  const name = basename("path" in file ? (file.name ?? file.path) : file.name);
  const filename = file.late ? null : putFile(store, guid, name, file);
  const kind = KINDS[extname(name).toLowerCase()] ?? UNKNOWN;
  const inserted = store.sql.insertAttachment.run({
    guid,
    created: Math.floor(appleSeconds(message.at)),
    filename,
    uti: kind.uti,
    mimeType: kind.mime,
    state: file.late ? TRANSFER.announced : TRANSFER.done,
    outgoing: message.fromMe ? 1 : 0,
    name,
    // A late file's size is known before it comes.
    bytes: filename === null ? sizeOf(file) : statSync(filename).size,
  });
  const rowId = Number(inserted.lastInsertRowid);
  setColumns(store, "attachment", rowId, {
    is_sticker: file.sticker ? 1 : 0,
    user_info:
      file.transcription === undefined
        ? null
        : writeBinaryPlist({ "audio-transcription": file.transcription }),
    emoji_image_content_identifier: file.genmoji === undefined ? null : newGuid(store),
    emoji_image_short_description: file.genmoji ?? null,
  });
  const isAudio = extname(name).toLowerCase() === ".caf";
  const heard = file.transcription === undefined ? {} : { transcription: file.transcription };
  return { rowId, guid, name, isAudio, genmoji: file.genmoji !== undefined, ...heard };
}

/** The piece of a message's body that stands for an attachment. */
export function pieceOf({ guid, name, transcription, genmoji }: StoredAttachment): AttachmentPiece {
  const heard = transcription === undefined ? {} : { transcription };
  return { attachment: guid, name, ...heard, ...(genmoji ? { genmoji } : {}) };
}

/** The attachments of a message, in the order of their rows. */
export function attachmentsOf(store: Store, messageId: number): AttachmentRow[] {
  return store.sql.attachmentsOf.all(messageId);
}

/** The download of an announced file begins (transfer_state 3): still no file. */
export function beginDownload(store: Store, attachment: { id: number }): void {
  setColumns(store, "attachment", attachment.id, { transfer_state: TRANSFER.downloading });
}

/** The download of a file comes to nothing (transfer_state 6). */
export function failDownload(store: Store, attachment: { id: number }): void {
  setColumns(store, "attachment", attachment.id, { transfer_state: TRANSFER.failed });
}

/**
 * An announced file is there: first it lies in its place, then its row names it (transfer_state 5).
 * Returns its path. Throws when the file to copy cannot be read.
 */
export function arriveFile(
  store: Store,
  attachment: Pick<AttachmentRow, "id" | "guid" | "name">,
  file: { content: Uint8Array } | { path: string },
): string {
  const filename = putFile(store, attachment.guid, attachment.name, file);
  const total_bytes = statSync(filename).size;
  setColumns(store, "attachment", attachment.id, { transfer_state: TRANSFER.done, filename, total_bytes });
  return filename;
}

function putFile(
  store: Store,
  guid: string,
  name: string,
  file: { content: Uint8Array } | { path: string },
): string {
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
  return filename;
}

function sizeOf(file: NewFile): number {
  return "path" in file ? statSync(file.path).size : file.content.byteLength;
}
