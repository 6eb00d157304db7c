import { withoutPlaceholders } from "../apple-messages/row-to-domain.ts";

/** Whether a message says what was asked for: Messages leaves out space around what is written in its window. */
export function saysTheSame(said: string | null, asked: string): boolean {
  return said !== null && said.trim() === withoutPlaceholders(asked).trim();
}
