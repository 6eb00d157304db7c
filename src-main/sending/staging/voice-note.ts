import { chmod, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../../src-shared/faults.ts";
import { HEAD_BYTES, typeOf } from "../../files/file-type.ts";
import type { Converter } from "../../messages-app/converter.ts";
import { copyOpened, type OpenedFile, type StagedFile } from "./sendable-file.ts";

/** What a voice message is made of: media types, and the ending that such a file has. */
const SOUNDS: ReadonlyMap<string, string> = new Map([
  ["audio/x-m4a", "m4a"],
  ["audio/mpeg", "mp3"],
  ["audio/wav", "wav"],
  ["audio/x-caf", "caf"],
  ["audio/aiff", "aiff"],
]);
/** What Messages plays as it is. */
const PLAYED: readonly string[] = ["caf", "m4a"];
/** What Messages calls those that it records. */
const NAME = "Audio Message";

/** What a voice note can be made of where `converter` works, as endings of names. */
export async function audioFormats(converter: Converter): Promise<readonly string[]> {
  return (await converter.lacks("voice note")) === null ? [...SOUNDS.values()] : PLAYED;
}

/**
 * Writes a sound file as a voice note (Opus in a CAF, as Messages records them) into `folder`; without the program
 * that makes one, what Messages plays anyway goes as it is. `name` tells what the bytes do not.
 * Throws unsupported_media, feature_unavailable.
 */
export async function writeVoiceNote({
  opened,
  name,
  folder,
  converter,
  signal,
}: {
  opened: OpenedFile;
  name: string;
  folder: string;
  converter: Converter;
  signal: AbortSignal;
}): Promise<StagedFile> {
  const { buffer, bytesRead } = await opened.file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const { type } = await typeOf(buffer.subarray(0, bytesRead), name);
  const ending = SOUNDS.get(type);
  if (ending === undefined) {
    const works = [...SOUNDS.values()].join(", ");
    throw new Fault(
      "unsupported_media",
      `audio_message: ${name} is ${type}; a voice message is made of ${works}`,
    );
  }
  const lacking = await converter.lacks("voice note");
  if (lacking !== null) {
    if (PLAYED.includes(ending)) return asItIs(opened, folder, ending);
    throw new Fault(
      "feature_unavailable",
      `${lacking} is not on this computer: here a voice message is sent as it is, as ${PLAYED.join(" or ")}`,
    );
  }
  const original = join(folder, `original.${ending}`);
  const noteName = `${NAME}.caf`;
  const path = join(folder, noteName);
  await copyOpened(opened, original);
  const conversion = await converter.convert("voice note", original, path, signal);
  if (conversion.outcome === "failed") {
    const { tool, reason } = conversion;
    throw new Fault(
      "unsupported_media",
      `audio_message: ${tool} could not make a voice message of ${name}: ${reason}`,
    );
  }
  await chmod(path, 0o600);
  await rm(original, { force: true });
  return { path, name: noteName, sizeBytes: (await stat(path)).size };
}

async function asItIs(opened: OpenedFile, folder: string, ending: string): Promise<StagedFile> {
  const name = `${NAME}.${ending}`;
  const path = join(folder, name);
  return { path, name, sizeBytes: await copyOpened(opened, path) };
}
