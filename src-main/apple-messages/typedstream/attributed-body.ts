import { type TypedObject, TypedstreamReader, type TypedValue } from "./reader.ts";

/** What an attribute may hold once the archive's classes are gone. */
export type AttributeValue =
  | string
  | number
  | bigint
  | Uint8Array
  | null
  | AttributeValue[]
  | Map<string, AttributeValue>;

/** A stretch of text with the same attributes. Offsets and lengths count UTF-16 units, as Apple's do. */
export interface AttributedRun {
  start: number;
  length: number;
  attributes: Map<string, AttributeValue>;
}

/** A message's text with its attributes. */
export interface AttributedText {
  text: string;
  runs: AttributedRun[];
}

/**
 * Decodes `message.attributedBody`: an NSAttributedString as a typedstream, that is an NSString and then,
 * run after run, a dictionary's number and a length, with the dictionary itself at its number's first use.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function decodeAttributedBody(bytes: Uint8Array): AttributedText | null {
  try {
    return attributedText(new TypedstreamReader(bytes).readRoot());
  } catch {
    // Any correspondent can send a blob: whatever it does to the reader, it is not to be read.
    return null;
  }
}

function attributedText(root: TypedObject): AttributedText | null {
  const plain = new Plain();
  const text = plain.value(root.values[0] ?? null);
  if (typeof text !== "string") return null;
  const runs: AttributedRun[] = [];
  const dictionaries: Map<string, AttributeValue>[] = [];
  let start = 0;
  for (let at = 1; at + 1 < root.values.length; ) {
    const index = Number(root.values[at]);
    const length = Number(root.values[at + 1]);
    at += 2;
    if (!Number.isInteger(index) || index < 1 || !Number.isInteger(length) || length < 0) return null;
    if (index > dictionaries.length) {
      const dictionary = plain.value(root.values[at] ?? null);
      at += 1;
      if (index !== dictionaries.length + 1 || !(dictionary instanceof Map)) return null;
      dictionaries.push(dictionary);
    }
    const attributes = dictionaries[index - 1];
    if (!attributes || start + length > text.length) return null;
    runs.push({ start, length, attributes });
    start += length;
  }
  return { text, runs };
}

/** Turns archived objects into plain values, each once, so that shared and circular ones cost nothing. */
class Plain {
  readonly #done = new Map<TypedObject, AttributeValue>();

  value(value: TypedValue): AttributeValue {
    if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
    const known = this.#done.get(value);
    if (known !== undefined) return known;
    this.#done.set(value, null);
    const plain = this.#object(value);
    this.#done.set(value, plain);
    return plain;
  }

  #object(object: TypedObject): AttributeValue {
    const { className, values } = object;
    switch (className) {
      case "NSString":
      case "NSMutableString":
        return typeof values[0] === "string" ? values[0] : null;
      case "NSNumber":
      case "NSValue":
        return this.value(values[1] ?? null);
      case "NSData":
      case "NSMutableData":
        return values[1] instanceof Uint8Array ? values[1] : null;
      case "NSURL":
        return this.value(values[1] ?? null);
      case "NSArray":
      case "NSMutableArray":
        return values.slice(1).map((item) => this.value(item));
      case "NSDictionary":
      case "NSMutableDictionary":
        return this.#dictionary(values);
      default:
        return null;
    }
  }

  #dictionary(values: readonly TypedValue[]): Map<string, AttributeValue> {
    const map = new Map<string, AttributeValue>();
    for (let at = 1; at + 1 < values.length; at += 2) {
      const key = this.value(values[at] ?? null);
      if (typeof key === "string") map.set(key, this.value(values[at + 1] ?? null));
    }
    return map;
  }
}
