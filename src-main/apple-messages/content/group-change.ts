import type { GroupChange } from "../../../src-shared/domain/group-change.ts";
import type { ContentQueries } from "../content-queries.ts";
import type { MessageRow } from "../message-row.ts";

const PARTICIPANT = 1;
const NAME = 2;
const GROUP = 3;

/**
 * What a row says happened to its conversation, by `item_type` and `group_action_type`; null for a row that
 * says nothing of the kind, or a number that Bellhop does not know. `by` is the handle of who did it.
 */
export function groupChangeOf(
  row: MessageRow,
  by: string | null,
  content: Pick<ContentQueries, "handle">,
): GroupChange | null {
  const bare = (action: GroupChange["action"]): GroupChange => ({ action, handle: null, name: null });
  switch (row.item_type) {
    case PARTICIPANT: {
      const action = participantAction(row);
      return action && { action, handle: content.handle(row.other_handle), name: null };
    }
    case NAME:
      return row.group_title === null ? bare("name_removed") : { ...bare("renamed"), name: row.group_title };
    case GROUP: {
      const action = GROUP_ACTIONS[row.group_action];
      if (action === undefined) return null;
      return action === "member_left" ? { ...bare(action), handle: by } : bare(action);
    }
    default:
      return null;
  }
}

const GROUP_ACTIONS: Readonly<Record<number, GroupChange["action"]>> = {
  0: "member_left",
  1: "photo_set",
  2: "photo_removed",
  4: "background_set",
  6: "background_removed",
};

/** Somebody who adds themselves has come back under another number. */
function participantAction(row: MessageRow): GroupChange["action"] | null {
  if (row.group_action === 1) return "member_removed";
  if (row.group_action !== 0) return null;
  return row.other_handle !== 0 && row.other_handle === row.handle_id ? "number_changed" : "member_added";
}
