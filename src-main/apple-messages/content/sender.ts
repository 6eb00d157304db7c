import type { MessageRow } from "../message-row.ts";

/**
 * Who a row came from: null when it is from this Mac, and when Messages does not say. Short codes may carry a
 * suffix such as `(smsft)`; the spelling before canonicalisation has not.
 */
export function senderOf(row: MessageRow): string | null {
  return row.is_from_me === 1 ? null : otherOf(row);
}

/** The handle of a row, which in a conversation of two is the other one's whoever wrote. */
export function otherOf(row: MessageRow): string | null {
  if (row.handle?.includes("(") && row.uncanonical_handle) return row.uncanonical_handle;
  return row.handle;
}
