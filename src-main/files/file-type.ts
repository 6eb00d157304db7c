import { mediaTypeOf } from "../messages-app/media-types.ts";

/** As many bytes of a file are looked at, and never more: that is what all its signatures need. */
export const HEAD_BYTES = 4_100;

/** What a file is. */
export interface FileType {
  /** Its media type; `application/octet-stream` when nothing tells. */
  type: string;
  /** The ending that such files have, without a dot; null where only the name told, or nothing. */
  ending: string | null;
}

const UNKNOWN = "application/octet-stream";
/** What many kinds of files are packed in: of these, the name tells more than the bytes. */
const PACKED = new Set(["application/zip", "application/xml", "application/x-cfb"]);
/** Sound in MPEG-4 often bears the mark of a film. */
const MAY_BE_SOUND = new Set(["video/mp4"]);

/** What a file is by its first bytes (only HEAD_BYTES of them are looked at), else by its name. */
export async function typeOf(head: Uint8Array, name: string): Promise<FileType> {
  const byName = mediaTypeOf({ mime_type: null, uti: null, name });
  // Read in with the first file: a start need not wait for it.
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(head.subarray(0, HEAD_BYTES)).catch(() => undefined);
  if (found === undefined) return { type: byName, ending: null };
  const isTold = PACKED.has(found.mime)
    ? byName !== UNKNOWN
    : MAY_BE_SOUND.has(found.mime) && byName === "audio/x-m4a";
  return isTold ? { type: byName, ending: null } : { type: found.mime, ending: found.ext };
}
