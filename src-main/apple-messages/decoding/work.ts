/** The input is damaged, or asks for more than it is worth. Never leaves a decoder: callers get null. */
export class Damaged extends Error {}

/** How many steps a decoder may take for each byte of its input. Real ones take about one. */
export const STEPS_PER_BYTE = 32;

/** What a decoder did; a test hands one in. A decoder that hands on to another adds that one's steps. */
export interface WorkCount {
  steps: number;
}

const SHORT = 64;

/**
 * What a text or blob of so many bytes costs. Short ones are keys and names, which real archives repeat
 * without end; a long one that a few bytes refer to again and again is what would fill the memory of
 * whoever writes the result out.
 */
export function contentCost(bytes: number): number {
  return bytes < SHORT ? 1 : 1 + (bytes >> 3);
}

/**
 * The steps that a decoder may take, in proportion to the size of its input. One step is one value; what is
 * shared costs its full size again at every reference, so that walking the result without any memory of
 * what was seen is bounded just as well.
 */
export class Work {
  steps = 0;
  readonly #limit: number;

  constructor(bytes: number) {
    this.#limit = bytes * STEPS_PER_BYTE;
  }

  /** Throws Damaged when there are no steps left. */
  spend(steps: number): void {
    if (this.steps + steps > this.#limit) throw new Damaged("more work than the input is worth");
    this.steps += steps;
  }
}

/**
 * Runs a decoder: null for damaged input. Adds to `count` the steps that it took. Whatever else goes wrong is
 * null as well, as no message may stop the gateway; but with a count, which tests hand in, it is thrown.
 */
export function bounded<T>(bytes: number, decode: (work: Work) => T, count?: WorkCount): T | null {
  const work = new Work(bytes);
  try {
    return decode(work);
  } catch (error) {
    if (count === undefined || error instanceof Damaged) return null;
    throw error;
  } finally {
    if (count) count.steps += work.steps;
  }
}
