/**
 * What an archive may hold once its classes are gone. `Extra` is what the reader's shapes make of classes
 * that have no counterpart here.
 */
export type Value<Extra> =
  | string
  | number
  | bigint
  | Uint8Array
  | null
  | Extra
  | Value<Extra>[]
  | Map<string, Value<Extra>>;

/** A stretch of text with the same attributes. Offsets and lengths count UTF-16 units, as Apple's do. */
export interface AttributedRun<Extra = never> {
  start: number;
  length: number;
  attributes: Map<string, Value<Extra>>;
}

/** A text with its attributes. */
export interface AttributedText<Extra = never> {
  text: string;
  runs: AttributedRun<Extra>[];
}

/** What becomes of the classes that have no counterpart among plain values. */
export interface Shapes<Extra> {
  /** An NSDate: seconds since 2001-01-01 UTC. */
  date(seconds: number): Value<Extra>;
  /** An NSURL; `base` is the NSURL it is relative to, or null. */
  url(relative: string, base: Value<Extra>): Value<Extra>;
  /** An attributed string inside another object. */
  attributed(text: AttributedText<Extra>): Value<Extra>;
  /** Any other class, with everything it wrote. */
  other(className: string, values: Value<Extra>[]): Value<Extra>;
}
