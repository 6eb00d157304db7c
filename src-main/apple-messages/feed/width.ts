/**
 * How many rows are taken at once. Usually a slice; one by one after something about the rows themselves made a
 * slice fail, so that the row it was is found, passed over, and those behind it go on.
 */
export interface Width {
  rows(): number;
  /** A look failed. */
  notice(thrown: unknown): void;
  /** Whether a single row was taken and this is its fault: it is going to be passed over. */
  isTheRow(thrown: unknown): boolean;
  /** A look succeeded. */
  done(): void;
}

/** Begins with `most` rows at once. */
export function createWidth(most: number): Width {
  let alone = 0;
  return {
    rows: () => (alone > 0 ? 1 : most),
    notice(thrown) {
      if (isAboutRows(thrown)) alone = most;
    },
    isTheRow: (thrown) => alone > 0 && isAboutRows(thrown),
    done() {
      alone = Math.max(0, alone - 1);
    },
  };
}

/** What the values in a row can cause; not a full disk, a lock, a file that is gone or closed. */
function isAboutRows(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ("code" in thrown) return ABOUT_VALUES.includes(String(thrown.code));
  const isClosed = thrown.message.includes("database connection");
  return !isClosed && (thrown instanceof TypeError || thrown instanceof RangeError);
}

const ABOUT_VALUES = ["SQLITE_CONSTRAINT_DATATYPE", "SQLITE_MISMATCH", "SQLITE_TOOBIG"];
