import type { Fault } from "../../src-main/simulator/faults.ts";
import { seededChance } from "../../src-main/simulator/seeded-chance.ts";
import type { Kill } from "../faults/fault-plan.ts";

/** What goes wrong in one call of osascript. */
export interface Trouble {
  fault: Fault;
  /** Nobody can know what became of it: its item may end as unknown, a minute later. */
  isDark: boolean;
  /** How often it comes among 1,000 calls. */
  of1000: number;
}

const trouble = (of1000: number, fault: Fault): Trouble => ({ fault, of1000, isDark: false });
const dark = (of1000: number, fault: Fault): Trouble => ({ fault, of1000, isDark: true });

/** By the words of the table that is printed at the end. */
export const TROUBLES = {
  "−1712 after its row": trouble(32, { osascript: -1712, afterRow: true }),
  "−1712 before its row": dark(6, { osascript: -1712 }),
  "−10000 after its row": trouble(8, { osascript: -10000, afterRow: true }),
  "−10000 before its row": dark(3, { osascript: -10000 }),
  "killed after its row": trouble(8, { crashAfterRow: true }),
  "taken, no row ever": dark(6, { noRow: true }),
  "taken, an empty row": dark(4, { emptyRow: true }),
  "its row gets error 22": trouble(12, { rowError: 22 }),
  "Messages does not run (−600)": trouble(14, { unresolved: -600 }),
  "Automation is off (−1743)": trouble(8, { osascript: -1743 }),
  "−1712, its row comes late": trouble(8, { osascript: -1712, lateRowMs: 2_500 }),
  "its row is joined late": trouble(8, { joinAfterMs: 400 }),
  "fails after it was sent": trouble(8, { failsAfterMs: 60 }),
  slow: trouble(8, { delayMs: 800 }),
} as const satisfies Record<string, Trouble>;
export type TroubleName = keyof typeof TROUBLES;
export const TROUBLE_NAMES = Object.keys(TROUBLES) as TroubleName[];

/** One send as a client asks for it. */
export interface PlannedSend {
  idempotencyKey: string;
  /** Which conversation, from 0. */
  to: number;
  text: string;
  waitMs: number;
}

/** All that chance decides in a run, drawn from its seed. */
export interface SendPlan {
  sends: PlannedSend[];
  kills: Kill[];
  /** What goes wrong in the calls of osascript, in their order; null for nothing. */
  calls: (TroubleName | null)[];
}

/**
 * What is dark holds its conversation for a minute, and all sending for half a minute after a kill: in one part of the
 * run, and not at its end, or it waits for nothing else.
 */
const DARK = { from: 0.45, to: 0.62 };
/** Below so many sends there is no time to wait for a minute. */
const LONG_RUN = 400;
/** How often a send repeats what was just said in its conversation. */
const EQUAL = 0.15;

/** Draws a run: the same seed and sizes give the same one. */
export function planSends(options: {
  seed: number;
  sends: number;
  kills: number;
  conversations: number;
}): SendPlan {
  const { fraction } = seededChance(options.seed);
  const between = (least: number, most: number): number => least + fraction() * (most - least);
  return {
    sends: planTexts(options, between),
    kills: planKills(options, between),
    calls: planCalls(options.sends, between),
  };
}

type Between = (least: number, most: number) => number;

function planTexts(
  { seed, sends, conversations }: { seed: number; sends: number; conversations: number },
  between: Between,
): PlannedSend[] {
  const last = new Map<number, string>();
  return Array.from({ length: sends }, (_, at) => {
    const to = Math.floor(between(0, conversations));
    const said = last.get(to);
    const isEqual = said !== undefined && between(0, 1) < EQUAL;
    const text = isEqual ? said : `send ${at} – “it’s” שלום 🧪 \\ $(x)`;
    last.set(to, text);
    const waitMs = between(0, 1) < 0.3 ? 0 : Math.round(between(100, 2_500));
    return { idempotencyKey: `${seed}-${at}`, to, text, waitMs };
  });
}

/** When a kill comes, as a share of the run: seldom while the dark calls are made, since each then costs half a minute. */
function drawMoment(between: Between): number {
  const when = between(0, 1);
  if (when < 0.8) return between(0.03, DARK.from);
  return when < 0.88 ? between(DARK.from, DARK.to) : between(0.8, 0.9);
}

/** By the number of rows in chat.db, of which there are fewer than sends; of `kills`, some come in pairs. */
function planKills({ sends, kills }: { sends: number; kills: number }, between: Between): Kill[] {
  const planned: Kill[] = [];
  for (let left = kills; left > 0; ) {
    const isTwice = left > 1 && between(0, 1) < 0.15;
    planned.push({
      afterMessages: Math.floor(drawMoment(between) * sends),
      delayMs: between(0, 300),
      downMs: between(0, 1) < 0.6 ? 0 : between(50, 800),
      againAfterMs: isTwice ? between(50, 900) : null,
    });
    left -= isTwice ? 2 : 1;
  }
  return planned.sort((a, b) => a.afterMessages - b.afterMessages);
}

function planCalls(sends: number, between: Between): (TroubleName | null)[] {
  const calls = Array.from({ length: sends }, (): TroubleName | null => null);
  for (const name of TROUBLE_NAMES) {
    const { of1000, isDark } = TROUBLES[name];
    if (isDark && sends < LONG_RUN) continue;
    const [first, last] = isDark ? [DARK.from * sends, DARK.to * sends] : [0, 0.95 * sends];
    for (let left = Math.max(1, Math.round((of1000 * sends) / 1_000)); left > 0; ) {
      const at = Math.floor(between(first, last));
      if (calls[at] !== null) continue;
      calls[at] = name;
      left -= 1;
    }
  }
  return calls;
}
