import { dateOf } from "../decoding/apple-date.ts";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { bounded, contentCost, Damaged, type Work, type WorkCount } from "../decoding/work.ts";
import { PlistUid, type PlistValue, parseBinaryPlist } from "./binary-plist.ts";

/**
 * What a keyed archive holds once its classes are gone: NSDictionary is a Map (a number for
 * a key becomes its digits), NSArray and NSSet an array, NSUUID its text, NSNull null; an object of any other class is a Map of what it encoded, by key.
 */
export type KeyedValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | ArchivedUrl
  | KeyedValue[]
  | Map<string, KeyedValue>;

/**
 * Reads what NSKeyedArchiver wrote: a binary property list with the objects in `$objects` and, in `$top`,
 * which of them are meant, by name. Gives those, with everything they refer to in place; one that several
 * refer to is shared, and where one refers back to itself stands null.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readKeyedArchive(bytes: Uint8Array, count?: WorkCount): Map<string, KeyedValue> | null {
  return bounded(
    bytes.length,
    (work) => {
      const plist = parseBinaryPlist(bytes, work);
      if (!(plist instanceof Map)) throw new Damaged("no keyed archive");
      const objects = plist.get("$objects");
      const top = plist.get("$top");
      if (!Array.isArray(objects) || !(top instanceof Map)) throw new Damaged("no keyed archive");
      const archive = new KeyedArchive(objects, work);
      return archive.values(top);
    },
    count,
  );
}

/** The archive's root object, which is what NSKeyedArchiver writes by itself; null as readKeyedArchive. */
export function readArchiveRoot(bytes: Uint8Array, count?: WorkCount): KeyedValue {
  return readKeyedArchive(bytes, count)?.get("root") ?? null;
}

const DEEPEST = 128;

class KeyedArchive {
  readonly #objects: readonly PlistValue[];
  readonly #work: Work;
  readonly #known = new Map<number, { value: KeyedValue; cost: number }>();
  #depth = 0;

  constructor(objects: readonly PlistValue[], work: Work) {
    this.#objects = objects;
    this.#work = work;
  }

  /** The values of a dictionary of the property list, `$class` left out. */
  values(encoded: Map<string, PlistValue>): Map<string, KeyedValue> {
    const map = new Map<string, KeyedValue>();
    for (const [key, value] of encoded) if (key !== "$class") map.set(key, this.#value(value));
    return map;
  }

  #value(value: PlistValue): KeyedValue {
    this.#work.spend(1);
    if (value instanceof PlistUid) return this.#object(value.index);
    if (typeof value === "string" || value instanceof Uint8Array) {
      this.#work.spend(contentCost(value.length));
      return value;
    }
    if (Array.isArray(value)) return this.#deeper(() => value.map((item) => this.#value(item)));
    if (value instanceof Map) return this.#deeper(() => this.#instance(value));
    return value;
  }

  #object(index: number): KeyedValue {
    const known = this.#known.get(index);
    if (known) {
      this.#work.spend(known.cost);
      return known.value;
    }
    const encoded = this.#objects[index];
    if (encoded === undefined) throw new Damaged("an unknown object");
    // "$null" stands for nothing, always in the first place.
    if (index === 0 || encoded instanceof PlistUid) return null;
    this.#known.set(index, { value: null, cost: 1 });
    const before = this.#work.steps;
    const value = this.#value(encoded);
    this.#known.set(index, { value, cost: this.#work.steps - before });
    return value;
  }

  #deeper<T>(work: () => T): T {
    if (this.#depth >= DEEPEST) throw new Damaged("too deep");
    this.#depth += 1;
    const done = work();
    this.#depth -= 1;
    return done;
  }

  #instance(encoded: Map<string, PlistValue>): KeyedValue {
    switch (this.#className(encoded.get("$class"))) {
      case "NSDictionary":
      case "NSMutableDictionary":
        return this.#dictionary(encoded);
      case "NSArray":
      case "NSMutableArray":
      case "NSSet":
      case "NSMutableSet":
      case "NSOrderedSet":
      case "NSMutableOrderedSet":
        return this.#items(encoded, "NS.objects");
      case "NSString":
      case "NSMutableString":
        return this.#value(encoded.get("NS.string") ?? null);
      case "NSData":
      case "NSMutableData":
        return this.#value(encoded.get("NS.data") ?? null);
      case "NSDate":
        return date(encoded.get("NS.time"));
      case "NSNull":
        return null;
      case "NSURL":
        return this.#url(encoded);
      case "NSUUID":
        return uuid(encoded.get("NS.uuidbytes")) ?? this.values(encoded);
      default:
        return this.values(encoded);
    }
  }

  /** The name of the class that a `$class` refers to; null where there is none. */
  #className(reference: PlistValue | undefined): string | null {
    const described = reference instanceof PlistUid ? this.#objects[reference.index] : undefined;
    const name = described instanceof Map ? described.get("$classname") : undefined;
    return typeof name === "string" ? name : null;
  }

  #items(encoded: Map<string, PlistValue>, key: string): KeyedValue[] {
    const items = encoded.get(key) ?? [];
    if (!Array.isArray(items)) throw new Damaged("a collection of no list");
    return items.map((item) => this.#value(item));
  }

  #dictionary(encoded: Map<string, PlistValue>): Map<string, KeyedValue> {
    const keys = this.#items(encoded, "NS.keys");
    const values = this.#items(encoded, "NS.objects");
    if (keys.length !== values.length) throw new Damaged("keys without values");
    const map = new Map<string, KeyedValue>();
    for (const [at, key] of keys.entries()) {
      if (typeof key === "string" || typeof key === "number") map.set(`${key}`, values[at] ?? null);
    }
    return map;
  }

  #url(encoded: Map<string, PlistValue>): ArchivedUrl | null {
    const relative = this.#value(encoded.get("NS.relative") ?? null);
    const base = this.#value(encoded.get("NS.base") ?? null);
    if (typeof relative !== "string") return null;
    return new ArchivedUrl(relative, base instanceof ArchivedUrl ? base : null);
  }
}

function date(time: PlistValue | undefined): Date | null {
  return typeof time === "number" ? dateOf(time) : null;
}

/** A UUID as Apple writes it; null where there are not 16 bytes. */
function uuid(bytes: PlistValue | undefined): string | null {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 16) return null;
  const hex = Buffer.from(bytes).toString("hex").toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
