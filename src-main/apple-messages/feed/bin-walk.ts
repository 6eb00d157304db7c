import type { Bin } from "./deletion-queries.ts";
import type { FeedState } from "./feed-state.ts";
import type { FeedMemory } from "./feed-step.ts";

/**
 * A walk over all that lies in Recently Deleted and all that was told to lie there, after something came or went.
 * Neither dates nor numbers tell what it was: iCloud brings deletions in any order.
 */
export interface BinWalk {
  /** Begins one when the bin is not as it was last told. */
  notice(bin: Bin, told: FeedState["deletions"]): void;
  /** Rows to look at next, in order; empty at the end, and when there is nothing to walk for. */
  rows(inBin: (rowId: number, limit: number) => number[], memory: FeedMemory): number[];
  /** These have been looked at. The bin as it was when the walk began, once it has ended; null before. */
  done(rows: readonly number[]): Bin | null;
  isUnderWay(): boolean;
}

const SLICE = 200;

/** No walk is under way. */
export function createBinWalk(): BinWalk {
  let walk: { after: number; bin: Bin } | null = null;
  return {
    notice(bin, told) {
      const isSame = told?.count === bin.count && told.latest === bin.latest && told.sum === bin.sum;
      if (walk === null && told !== null && !isSame) walk = { after: 0, bin };
    },
    rows(inBin, memory) {
      if (walk === null) return [];
      const both = [...inBin(walk.after, SLICE), ...memory.deletedAfter(walk.after, SLICE)];
      return [...new Set(both)].toSorted((a, b) => a - b).slice(0, SLICE);
    },
    done(rows) {
      if (walk === null) return null;
      const last = rows.at(-1);
      if (last !== undefined) {
        walk.after = last;
        return null;
      }
      const { bin } = walk;
      walk = null;
      return bin;
    },
    isUnderWay: () => walk !== null,
  };
}
