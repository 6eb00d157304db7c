import { withoutSuffix } from "../directory/short-code.ts";
import type { MessageRow } from "../message-row.ts";

/** Who a row came from: null when it is from this Mac, and when Messages does not say. */
export function senderOf(row: MessageRow): string | null {
  return row.is_from_me === 1 ? null : otherOf(row);
}

/** The handle of a row, which in a conversation of two is the other one's whoever wrote. */
export function otherOf(row: MessageRow): string | null {
  return bareHandle(row.handle, row.uncanonical_handle);
}

/**
 * A handle's `id` without the suffix that short codes may carry, such as `(smsft)`. The spelling before
 * canonicalisation (`uncanonicalized_id`) has none; where Messages left that empty, the suffix is taken off here.
 */
export function bareHandle(id: string | null, uncanonical: string | null): string | null {
  if (!id?.includes("(")) return id;
  return uncanonical || withoutSuffix(id);
}
