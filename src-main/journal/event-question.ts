import type { EventType } from "../../src-shared/domain/event.ts";

/** Which events somebody wants, and from where on. */
export interface EventQuestion {
  /** The sequence after which to begin; null when none is given. */
  since: number | null;
  types: readonly EventType[];
  /** Ids of conversations in any spelling, or handles; empty for all. */
  conversations: readonly string[];
}
