import { type Piece, piecesOf, type TextPiece } from "../message-body.ts";
import { samplePicture, sampleVoiceNote } from "../sample-files.ts";
import type { NewFile } from "../store/attachments.ts";
import type { MessageDraft } from "../store/messages.ts";

/**
 * A text with a one-time code in it, which Messages marks for the form that waits for it. The code is the
 * first place where `code` stands, with or without a dash or space. Throws when it is not in the text.
 */
export function oneTimeCode(text: string, code: string): Pick<MessageDraft, "text"> {
  const shown = code.split("").join("[- ]?");
  const found = new RegExp(shown).exec(text);
  if (found === null) throw new Error(`The code ${code} does not stand in the text.`);
  const after = text.slice(found.index + found[0].length);
  const before = text.slice(0, found.index);
  const marked: TextPiece = { text: found[0], oneTimeCode: code };
  return { text: [...piecesOf(before), marked, ...piecesOf(after)] };
}

/** A voice note, with what Messages heard in it: Messages writes that down on the Mac that received it. */
export function voiceNote(transcription?: string): Pick<MessageDraft, "text" | "files"> {
  const heard = transcription === undefined ? {} : { transcription };
  return { text: "", files: [{ name: "Audio Message.caf", content: sampleVoiceNote(), ...heard }] };
}

/** A genmoji: a picture that stands in the line as an emoji does, with its description. */
export function genmoji(description: string): NewFile {
  return { name: "genmoji.png", content: samplePicture(120), genmoji: description };
}

/**
 * Pieces of one text, some of them in a style or with an effect, such as
 * `styled("Really ", { text: "big", effect: "big" })`.
 */
export function styled(...pieces: ReadonlyArray<string | TextPiece>): Piece[] {
  return pieces.map((piece) => (typeof piece === "string" ? { text: piece } : piece));
}
