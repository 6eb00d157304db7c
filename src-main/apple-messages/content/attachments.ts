import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Attachment, AttachmentState } from "../../../src-shared/domain/attachment.ts";
import type { AttachmentRow } from "../content-queries.ts";
import { readBinaryPlist } from "../plist/binary-plist.ts";
import { entry, words } from "./archive.ts";

/** Whether there is a file at an absolute path. */
export type FileCheck = (path: string) => boolean;

/** A voice message, and what its text says that Messages heard in it. */
export interface Voice {
  heard: string | null;
}

/**
 * A row of `attachment` as the file it is. Of a voice message `user_info` may hold the words that Messages heard;
 * of nothing else is it read.
 */
export function toAttachment(
  row: AttachmentRow,
  voice: Voice | null = null,
  isThere: FileCheck = isFile,
): Attachment {
  const path = row.filename === null ? null : expandHome(row.filename);
  return {
    guid: row.guid,
    path,
    name: row.transfer_name,
    mimeType: row.mime_type,
    uti: row.uti,
    sizeBytes: row.total_bytes,
    state: stateOf(row, path, isThere),
    isSticker: row.is_sticker === 1,
    description: row.emoji_description ?? (voice && (transcriptionIn(row.user_info) ?? voice.heard)),
  };
}

/** The files of a message in the order they stand in its text; those that it does not name come last. */
export function inOrderOfText(rows: readonly AttachmentRow[], guids: readonly string[]): AttachmentRow[] {
  if (rows.length < 2) return [...rows];
  const places = new Map<string, number>();
  for (const [place, guid] of guids.entries()) if (!places.has(guid)) places.set(guid, place);
  const place = ({ guid }: AttachmentRow): number => places.get(guid) ?? guids.length;
  return rows.toSorted((a, b) => place(a) - place(b));
}

/** What Messages heard in a voice note: the key `audio-transcription` of `attachment.user_info`. */
function transcriptionIn(userInfo: unknown): string | null {
  return userInfo instanceof Uint8Array
    ? words(entry(readBinaryPlist(userInfo), "audio-transcription"))
    : null;
}

const FINISHED = 5;
const UNDER_WAY = [1, 2, 3, 4];
const FAILED = [6, 7];

/**
 * `transfer_state`: 0 waiting, 1 to 4 under way, 5 done, 6 and 7 failed. Only what is done and there is ready.
 * Source: IMFileTransfer's states, and rows of macOS 12 to 26.
 */
function stateOf(row: AttachmentRow, path: string | null, isThere: FileCheck): AttachmentState {
  const state = row.transfer_state;
  if (FAILED.includes(state)) return "failed";
  if (state === FINISHED) return path !== null && isThere(path) ? "ready" : "missing";
  return UNDER_WAY.includes(state) ? "downloading" : "waiting";
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // Refused, or a name that no file can have.
    return false;
  }
}

function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
