import type { SendOutcome } from "../../messages-app/messages-app.ts";
import type { Chance } from "../chance.ts";

/** How a row comes to be: the row of a message on its way, one that has left, one that failed at once, or an empty one. */
export type RowKind = "sending" | "sent" | "failed" | "ghost";

/** What comes of one call of osascript. Times are milliseconds. */
export interface Fate {
  name: FateName;
  outcome: SendOutcome;
  /** From the call until Messages has it; null when it never has. */
  takenAfter: number | null;
  /** From the call until osascript says its outcome. */
  answeredAfter: number;
  /** From then on that Messages has it until its row is there; null for no row ever. */
  rowAfter: number | null;
  row: RowKind;
}

const WEIGHTS = {
  "taken, and its row comes": 10,
  "taken, and its row comes first": 3,
  "taken, and its row comes late": 2,
  "taken, and its row comes after the deadline": 1,
  "taken, and no row comes": 1,
  "taken, and an empty row comes": 0,
  "taken, and its row has an error": 2,
  "taken slowly": 1,
  "uncertain, and its row comes": 2,
  "uncertain, and its row comes late": 1,
  "uncertain, and its row comes after the deadline": 1,
  "uncertain, and no row comes": 1,
  "not left, but may soon": 2,
  "not left": 2,
  "not found": 1,
};
export type FateName = keyof typeof WEIGHTS;

/** These mean that another spelling may do better. */
export const NOT_FOUND = [-1728, -1719, -10002, -1700] as const;
/** These are tried again by themselves. */
const MOMENTARY = [-600, -609, null] as const;
export const isMomentary = (code: number | null): boolean => MOMENTARY.some((one) => one === code);
const FINAL = [-1743, -1744, -2753, -25211, -2741] as const;
const UNCERTAIN = [-1712, -10000, -609, null] as const;

/** Draws what comes of a call; an empty row comes of sends to a group alone. */
export function drawFate(chance: Chance, wanted: FateName | null, isGroup: boolean): Fate {
  const weights = isGroup ? { ...WEIGHTS, "taken, and an empty row comes": 4 } : WEIGHTS;
  const name = wanted ?? chance.weighted(weights);
  const soon = (): number => chance.between(0, 2_000);
  if (name.startsWith("not")) {
    const codes =
      name === "not found" ? chance.pick(NOT_FOUND) : chance.pick(name === "not left" ? FINAL : MOMENTARY);
    const outcome: SendOutcome = { outcome: "not left", code: codes, reason: name };
    return { name, outcome, takenAfter: null, answeredAfter: soon(), rowAfter: null, row: "sending" };
  }
  const isUncertain = name.startsWith("uncertain");
  const takenAfter = name === "taken slowly" ? chance.between(3_000, 24_000) : chance.between(0, 300);
  const isFirst = name === "taken, and its row comes first";
  // A timeout is heard of when the script's own time is over; other ends of a script, at once.
  const answer = isUncertain && chance.happens(0.3) ? 25_000 : isFirst ? chance.between(50, 2_500) : soon();
  return {
    name,
    outcome: isUncertain
      ? { outcome: "uncertain", code: chance.pick(UNCERTAIN), reason: name }
      : { outcome: "taken" },
    takenAfter,
    answeredAfter: takenAfter + answer,
    rowAfter: rowAfter(name, chance),
    row: rowKind(name, chance),
  };
}

function rowAfter(name: FateName, chance: Chance): number | null {
  if (name.endsWith("no row comes")) return null;
  if (name.endsWith("first")) return 0;
  if (name.endsWith("late")) return chance.between(4_000, 50_000);
  if (name.endsWith("after the deadline")) return chance.between(61_000, 280_000);
  return chance.between(0, 2_000);
}

function rowKind(name: FateName, chance: Chance): RowKind {
  if (name.endsWith("an empty row comes")) return "ghost";
  if (name.endsWith("has an error")) return "failed";
  return chance.pick(["sending", "sending", "sent"]);
}
