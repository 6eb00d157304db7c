import type { SentPart } from "../../../src-shared/domain/outbox.ts";
import type { Written } from "../truth.ts";
import { type Attempt, contentAt, type Order, timesTaken } from "./order.ts";

/** What a part is said to be, by an event or by the outbox itself. */
export type Said = Pick<SentPart, "state" | "fault" | "errorCode" | "messageGuid">;

/** Every row that comes of a send, by its guid, with the attempt that made it. */
export type RowsByGuid = ReadonlyMap<string, Attempt & { row: Written }>;

/** Rows by guid. */
export function rowsOf(attempts: readonly Attempt[]): RowsByGuid {
  const rows = attempts.flatMap((attempt) =>
    attempt.row === null ? [] : [{ ...attempt, row: attempt.row }],
  );
  return new Map(rows.map((one) => [one.row.guid, one]));
}

/** What of it is not so, as things stand in chat.db; null when all of it may be. */
export function untruth(order: Order, position: number, said: Said, rows: RowsByGuid): string | null {
  const { state, messageGuid: guid } = said;
  const claimed = guid === null ? undefined : rows.get(guid);
  if (guid !== null && claimed === undefined) return `claims ${guid}, which is no row of a send`;
  if (claimed !== undefined && !isOfPart(order, position, claimed))
    return `claims ${guid}, the row of another content`;
  switch (state) {
    case "sent":
    case "delivered":
    case "read": {
      if (claimed === undefined) return `is called ${state} without a row`;
      return claimed.row[state] ? null : `is called ${state}, and its row does not say so`;
    }
    case "failed": {
      if (said.fault === null) return "failed without a reason";
      if (claimed !== undefined)
        return claimed.row.failed || claimed.row.wasFailed
          ? null
          : "is called failed, and its row does not say so";
      const isLost = order.attempts.some((one) => one.position === position && one.isGhost);
      return timesTaken(order, position) === 0 || isLost ? null : "is called failed, and may have left";
    }
    case "dry_run":
      return order.request.isDryRun ? null : "is called a dry run";
    default:
      return null;
  }
}

/** Equal contents in one chat may have each other's row. */
function isOfPart(order: Order, position: number, { order: other, position: place }: Attempt): boolean {
  return order.lane === other.lane && contentAt(order, position) === contentAt(other, place);
}
