/** The input is damaged, or asks for more than it is worth. Never leaves a decoder: callers get null. */
export class Damaged extends Error {}

/** How many steps a decoder may take for each byte of its input. Real ones take one or two. */
export const STEPS_PER_BYTE = 4;

/** How many characters of JSON a result may come to, for each byte of the input and besides. */
export const CHARACTERS_PER_BYTE = 16;
export const CHARACTERS_BESIDES = 512 * 1024;

/** The largest input: handwriting has a few hundred KB, and nothing else as much. */
export const LARGEST_INPUT = 2 * 1024 * 1024;

/** What a decoder did; a test hands one in. A decoder that hands on to another adds that one's steps. */
export interface WorkCount {
  steps: number;
}

/** What things weigh in V8's heap, in steps of 16 bytes. A list's places and a text's letters come on top. */
export const Weight = { list: 4, map: 14, entry: 4, object: 4, date: 6, text: 2 } as const;

/** The steps that a text out of so many bytes weighs: up to two bytes of heap for each. */
export function textWeight(bytes: number): number {
  return Weight.text + (bytes >> 3);
}

/** The steps that a blob of so many bytes weighs. A short one lies in the heap, a longer one has memory of its own. */
export function blobWeight(bytes: number): number {
  return (bytes <= 64 ? 12 : 28) + (bytes >> 4);
}

/**
 * What a decoder may do, in proportion to the size of its input: the steps that it may take, and the
 * characters that its result may be written out in. A step is one value looked at, or 16 bytes of memory.
 * What is shared takes memory once, but its full length in characters at every reference, so that a result
 * may be walked without any memory of what was seen, and written out.
 */
export class Work {
  steps = 0;
  characters = 0;
  readonly #mostSteps: number;
  readonly #mostCharacters: number;

  /** With `outer`, the work of a decoder that hands on to another: no more than what is left of that. */
  constructor(bytes: number, outer?: Work) {
    const steps = bytes * STEPS_PER_BYTE;
    const characters = bytes * CHARACTERS_PER_BYTE + CHARACTERS_BESIDES;
    this.#mostSteps = outer ? Math.min(steps, outer.#mostSteps - outer.steps) : steps;
    this.#mostCharacters = outer
      ? Math.min(characters, outer.#mostCharacters - outer.characters)
      : characters;
  }

  /** Throws Damaged when there are not that many steps left. To be called before memory is taken. */
  spend(steps: number): void {
    if (this.steps + steps > this.#mostSteps) throw new Damaged("more work than the input is worth");
    this.steps += steps;
  }

  /** Throws Damaged when the result would be written out in more characters than the input is worth. */
  write(characters: number): void {
    if (this.characters + characters > this.#mostCharacters)
      throw new Damaged("more than the input is worth");
    this.characters += characters;
  }

  /** What was read so far is only looked into; what comes of it is written out from here on. */
  beginResult(): void {
    this.characters = 0;
  }
}

/**
 * Runs a decoder: null for damaged input, and for one of more than LARGEST_INPUT. Adds to `count` the steps
 * that it took. Whatever else goes wrong is null as well, as no message may stop the gateway; but with a
 * count, which tests hand in, it is thrown.
 */
export function bounded<T>(bytes: number, decode: (work: Work) => T, count?: WorkCount): T | null {
  if (bytes > LARGEST_INPUT) return null;
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

/**
 * Runs a decoder on a part of another's input, within what is left to that one: null for damage. Its steps
 * are added to the outer work; its characters are not, as the outer decoder may give the result out often.
 */
export function boundedWithin<T>(outer: Work, bytes: number, decode: (work: Work) => T): T | null {
  const work = new Work(bytes, outer);
  try {
    return decode(work);
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  } finally {
    outer.spend(work.steps);
  }
}
