import { isPersonal } from "../../../src-shared/domain/message.ts";
import type { Change } from "../change.ts";
import type { ChatDatabase } from "../connection.ts";
import { toMessage } from "../row-to-domain.ts";
import type { FeedState } from "./feed-state.ts";

/** What was deleted since, and where that leaves the feed. */
export interface Deletions {
  /** Into Recently Deleted. */
  changes: Change[];
  /** For good; of these only the guid is left. */
  gone: string[];
  state: NonNullable<FeedState["deletions"]>;
  /** There is more than could be looked at in one go. */
  more: boolean;
}

/** Deletions that are looked at in one go. */
const SLICE = 100;

/** Looks at what was deleted since `known`. The first time (null) only remembers how things stand. */
export function takeDeletions(database: ChatDatabase, known: FeedState["deletions"]): Deletions {
  const { feed } = database;
  const bin = feed.recoverable();
  if (known === null) {
    return { changes: [], gone: [], state: { entry: feed.lastDeleted(), ...bin }, more: false };
  }
  const entries = feed.deletedAfter(known.entry, SLICE);
  const state = { ...known, entry: entries.at(-1)?.entry ?? known.entry };
  const gone = entries.map(({ guid }) => guid);
  const more = entries.length === SLICE;
  if (bin.count === known.count && bin.latest === known.latest) return { changes: [], gone, state, more };

  // From the last known moment on and not after it: several go there at the same one. Told twice, the second
  // has the same id and is left out.
  const moved = feed.recoverableSince(known.latest, SLICE);
  const changes = moved.flatMap(({ rowId, at }) => recoverableChange(database, rowId, at));
  const isWhole = moved.length < SLICE;
  return {
    changes,
    gone,
    state: isWhole ? { ...state, ...bin } : { ...state, latest: moved.at(-1)?.at ?? known.latest },
    more: more || !isWhole,
  };
}

function recoverableChange(database: ChatDatabase, rowId: number, at: number): Change[] {
  const row = database.messages.byRowId(rowId);
  if (row === null) return [];
  const { guid, kind, conversationIds } = toMessage(row, database);
  if (!isPersonal(kind)) return [];
  const data = { guid, rowId, conversationIds, isRecoverable: true, at };
  return [{ type: "message.deleted", data, version: at }];
}
