/** The four states, each with its own shape wherever it is drawn. */
export type Shape = "well" | "attention" | "paused" | "stopped";

/** A row has a fifth: off or optional. */
export type RowShape = Shape | "idle";

/** What a shape says to whoever cannot see it. */
export const SHAPE_WORDS: Record<RowShape, string> = {
  well: "well",
  attention: "needs attention",
  paused: "paused",
  stopped: "stopped",
  idle: "off",
};
