import type { MessageKind } from "../../../src-shared/domain/message.ts";
import { parseTarget, reactionOf } from "../association.ts";
import type { MessageRow } from "../message-row.ts";

/** `associated_message_type` of what is neither a message nor a tapback. */
const FITNESS_HEADING = 3;
const PLACED_STICKER = 1000;
const POLL_VOTE = 4000;

/** `item_type` of what happens around the messages. */
const ITEMS: Readonly<Record<number, MessageKind>> = {
  1: "group_change",
  2: "group_change",
  3: "group_change",
  4: "location",
  5: "audio_kept",
  6: "shareplay",
};

const LINK = "com.apple.messages.URLBalloonProvider";
const HANDWRITING = "HandwritingProvider";
const DIGITAL_TOUCH = "DigitalTouchBalloonProvider";
const POLLS = "com.apple.messages.Polls";

/** What a row is, by its numbers alone: a preview whose balloon is not named is still called a message here. */
export function kindOf(row: MessageRow): MessageKind {
  const { associated_type: type, associated_guid: associated } = row;
  if (associated !== null && reactionOf(type) !== null) return "reaction";
  if (type === POLL_VOTE) return "poll_vote";
  if (row.item_type !== 0) return ITEMS[row.item_type] ?? "other";
  if (type === PLACED_STICKER) return "sticker";
  if (type === FITNESS_HEADING) return "app";
  if (type >= 2000) return "other";
  if (row.balloon !== null) return balloonKind(row, bundleOf(row.balloon));
  return row.is_audio === 1 ? "audio" : "message";
}

function balloonKind(row: MessageRow, bundle: string): MessageKind {
  if (bundle === LINK) return "link";
  if (bundle.endsWith(HANDWRITING)) return "handwriting";
  if (bundle.endsWith(DIGITAL_TOUCH)) return "digital_touch";
  if (bundle !== POLLS) return "app";
  const target = row.associated_guid === null ? null : parseTarget(row.associated_guid).guid;
  return target === null || target === row.guid ? "poll" : "poll_update";
}

/**
 * The app's bundle id: `com.apple.messages.MSMessageExtensionBalloonPlugin:TEAM:BUNDLE` names it in its third
 * field, everything else in its only one.
 */
export function bundleOf(balloon: string): string {
  return balloon.split(":")[2] || balloon;
}
