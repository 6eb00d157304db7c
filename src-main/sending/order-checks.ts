import { Fault } from "../../src-shared/faults.ts";
import { withoutPlaceholders } from "../apple-messages/row-to-domain.ts";
import type { SendOrder } from "./send-order.ts";

/** The longest text that is sent, in bytes of UTF-8: one argument of a process holds 128 KiB. */
export const LONGEST_TEXT = 100_000;

/** Throws a Fault for an order that makes no sense by itself, whoever it is for. */
export function checkOrder({ body, attachments, voice, replyTo }: SendOrder): void {
  if (voice !== null && (body !== "" || attachments.length > 0)) {
    throw new Fault(
      "invalid_request",
      "a voice note goes alone: send the body and the attachments by themselves",
    );
  }
  if (body === "" && attachments.length === 0 && voice === null) {
    throw new Fault("invalid_request", "there is nothing to send: give a body or attachments");
  }
  if (body !== "") checkText(body);
  if (replyTo !== null && (attachments.length > 0 || voice !== null)) {
    throw new Fault(
      "feature_unavailable",
      "only text can answer a message: Messages is made to reply by typing, and a file cannot be typed; send the file without reply_to",
    );
  }
}

/** Refuses what cannot be given to Messages as it is: `invalid_request`, `payload_too_large`. */
export function checkText(body: string): void {
  if (withoutPlaceholders(body).trim() === "") {
    throw new Fault("invalid_request", "body: there is nothing to read in it");
  }
  if (body.includes("\0")) throw new Fault("invalid_request", "body: a NUL cannot be sent");
  if (!body.isWellFormed()) throw new Fault("invalid_request", "body: half a surrogate pair is no text");
  if (Buffer.byteLength(body) > LONGEST_TEXT) {
    throw new Fault("payload_too_large", `body: longer than ${LONGEST_TEXT.toLocaleString("en")} bytes`);
  }
}
