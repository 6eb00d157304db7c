import { MESSAGE_KINDS, type MessageKind } from "../../../src-shared/domain/message.ts";
import { type Columns, columnOr } from "../columns.ts";
import { isScheduledSql } from "../message-row.ts";

const bitOf = (kind: MessageKind): number => 1 << MESSAGE_KINDS.indexOf(kind);
/** A payload without the name of its balloon: a link's preview mostly, which only its bytes can tell. */
const LINK_OR_MESSAGE = 1 << MESSAGE_KINDS.length;

/** The kinds as a bit mask for `kindBit`. It may let more through where only the bytes of a row can tell. */
export function kindMask(kinds: readonly MessageKind[]): number {
  const mask = kinds.reduce((sum, kind) => sum | bitOf(kind), 0);
  return kinds.includes("link") || kinds.includes("message") ? mask | LINK_OR_MESSAGE : mask;
}

/** What waits for its date is no part of what was said yet: only whoever asks for all kinds is to see it. */
export function hasScheduled(kinds: readonly MessageKind[]): boolean {
  return MESSAGE_KINDS.every((kind) => kinds.includes(kind));
}

/** SQL for whether `m` waits for its date to be sent. Rows of others, most of them, are told by an early column. */
export function isWaiting(columns: Columns): string {
  return `(${columnOr(columns, "m", "is_from_me", "1")} = 1 AND ${isScheduledSql(columns, "m")})`;
}

/** SQL for the bit of `m`'s kind: what `kindOf` says of its row (content/kind.ts). `columns` are those of `message`. */
export function kindBit(columns: Columns): string {
  const number = (name: string): string => `COALESCE(${columnOr(columns, "m", name, "0")}, 0)`;
  const text = (name: string): string => `NULLIF(${columnOr(columns, "m", name, "NULL")}, '')`;
  const type = number("associated_message_type");
  const item = number("item_type");
  const balloon = text("balloon_bundle_id");
  const associated = text("associated_message_guid");
  const isBundle = (bundle: string): string => `${balloon} = '${bundle}' OR ${balloon} GLOB '*:*:${bundle}'`;
  const polls = isBundle("com.apple.messages.Polls");
  const cases: [when: string, kind: MessageKind][] = [
    [
      `(${type} BETWEEN 2000 AND 2007 OR ${type} BETWEEN 3000 AND 3007) AND ${associated} IS NOT NULL`,
      "reaction",
    ],
    [`${type} = 4000`, "poll_vote"],
    [`${item} IN (1, 2, 3)`, "group_change"],
    [`${item} = 4`, "location"],
    [`${item} = 5`, "audio_kept"],
    [`${item} = 6`, "shareplay"],
    [`${item} <> 0`, "other"],
    [`${type} = 1000`, "sticker"],
    [`${type} = 3`, "app"],
    [`${type} >= 2000`, "other"],
    [`${balloon} IS NULL AND ${number("is_audio_message")} = 1`, "audio"],
    [isBundle("com.apple.messages.URLBalloonProvider"), "link"],
    [`${balloon} GLOB '*HandwritingProvider'`, "handwriting"],
    [`${balloon} GLOB '*DigitalTouchBalloonProvider'`, "digital_touch"],
    [`(${polls}) AND substr(${associated}, -length(m.guid)) <> m.guid`, "poll_update"],
    [polls, "poll"],
    [`${balloon} IS NOT NULL`, "app"],
  ];
  const payload = columnOr(columns, "m", "payload_data", "NULL");
  return `CASE
    WHEN ${type} = 0 AND ${item} = 0 AND ${balloon} IS NULL AND ${payload} IS NULL
      AND ${number("is_audio_message")} <> 1 THEN ${bitOf("message")}
    ${cases.map(([when, kind]) => `WHEN ${when} THEN ${bitOf(kind)}`).join("\n    ")}
    WHEN ${payload} IS NOT NULL THEN ${LINK_OR_MESSAGE}
    ELSE ${bitOf("message")} END`;
}
