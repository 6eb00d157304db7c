import { dateOf } from "../decoding/apple-date.ts";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { bounded, Damaged, Weight, type Work, type WorkCount } from "../decoding/work.ts";
import { Written, writtenBlob, writtenNumber, writtenText } from "../decoding/written.ts";
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
  return bounded(bytes.length, (work) => parseKeyedArchive(bytes, work), count);
}

/** As readKeyedArchive, for a decoder that goes on with the same work. Throws Damaged. */
export function parseKeyedArchive(bytes: Uint8Array, work: Work): Map<string, KeyedValue> {
  const plist = parseBinaryPlist(bytes, work);
  if (!(plist instanceof Map)) throw new Damaged("no keyed archive");
  const objects = plist.get("$objects");
  const top = plist.get("$top");
  if (!Array.isArray(objects) || !(top instanceof Map)) throw new Damaged("no keyed archive");
  work.beginResult();
  return new KeyedArchive(objects, work).values(top);
}

/** The archive's root object, which is what NSKeyedArchiver writes by itself; null as readKeyedArchive. */
export function readArchiveRoot(bytes: Uint8Array, count?: WorkCount): KeyedValue {
  return readKeyedArchive(bytes, count)?.get("root") ?? null;
}

const DEEPEST = 128;
/** What it takes for a while to read a list or an object, in steps of 16 bytes, besides what is made of it. */
const PASSING = 8;

class KeyedArchive {
  readonly #objects: readonly PlistValue[];
  readonly #work: Work;
  readonly #values: KeyedValue[];
  /** How long each object is when it is written out; undefined before it is read. */
  readonly #lengths: number[];
  #depth = 0;

  constructor(objects: readonly PlistValue[], work: Work) {
    this.#objects = objects;
    this.#work = work;
    work.spend(objects.length);
    this.#values = new Array<KeyedValue>(objects.length);
    this.#lengths = new Array<number>(objects.length);
  }

  /** The values of a dictionary of the property list, `$class` left out. */
  values(encoded: Map<string, PlistValue>): Map<string, KeyedValue> {
    this.#work.spend(Weight.map + encoded.size * Weight.entry);
    this.#work.write(Written.map);
    const map = new Map<string, KeyedValue>();
    for (const [key, value] of encoded) {
      if (key === "$class") continue;
      this.#work.write(writtenText(key));
      map.set(key, this.#value(value));
    }
    return map;
  }

  #value(value: PlistValue): KeyedValue {
    this.#work.spend(1);
    if (value instanceof PlistUid) return this.#object(value.index);
    if (Array.isArray(value)) return this.#deeper(() => this.#list(value));
    if (value instanceof Map) return this.#deeper(() => this.#instance(value));
    this.#work.write(writtenLeaf(value));
    return value;
  }

  #object(index: number): KeyedValue {
    const length = this.#lengths[index];
    if (length !== undefined) {
      this.#work.write(length);
      return this.#values[index] ?? null;
    }
    const encoded = this.#objects[index];
    if (encoded === undefined) throw new Damaged("an unknown object");
    // "$null" stands for nothing, always in the first place.
    if (index === 0 || encoded instanceof PlistUid) return this.#null();
    // Null, for where it refers back to itself.
    this.#lengths[index] = Written.nothing;
    const before = this.#work.characters;
    const value = this.#value(encoded);
    this.#values[index] = value;
    this.#lengths[index] = this.#work.characters - before;
    return value;
  }

  #deeper<T>(work: () => T): T {
    if (this.#depth >= DEEPEST) throw new Damaged("too deep");
    this.#work.spend(PASSING);
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
        return this.#date(encoded.get("NS.time"));
      case "NSNull":
        return this.#null();
      case "NSURL":
        return this.#url(encoded);
      case "NSUUID":
        return this.#uuid(encoded.get("NS.uuidbytes")) ?? this.values(encoded);
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
    return this.#list(items);
  }

  #list(items: readonly PlistValue[]): KeyedValue[] {
    this.#work.spend(Weight.list + (items.length >> 1));
    this.#work.write(Written.list);
    return items.map((item) => this.#value(item));
  }

  #dictionary(encoded: Map<string, PlistValue>): Map<string, KeyedValue> {
    const keys = this.#items(encoded, "NS.keys");
    const values = this.#items(encoded, "NS.objects");
    if (keys.length !== values.length) throw new Damaged("keys without values");
    this.#work.spend(Weight.map + keys.length * Weight.entry);
    const map = new Map<string, KeyedValue>();
    for (const [at, key] of keys.entries()) {
      if (typeof key === "string" || typeof key === "number") map.set(`${key}`, values[at] ?? null);
    }
    return map;
  }

  #url(encoded: Map<string, PlistValue>): ArchivedUrl | null {
    this.#work.spend(Weight.object);
    this.#work.write(Written.object);
    const relative = this.#value(encoded.get("NS.relative") ?? null);
    const base = this.#value(encoded.get("NS.base") ?? null);
    if (typeof relative !== "string") return null;
    return new ArchivedUrl(relative, base instanceof ArchivedUrl ? base : null);
  }

  #date(time: PlistValue | undefined): Date | null {
    if (typeof time !== "number") return this.#null();
    this.#work.spend(Weight.date);
    this.#work.write(Written.date);
    return dateOf(time);
  }

  /** A UUID as Apple writes it; null where there are not 16 bytes. */
  #uuid(bytes: PlistValue | undefined): string | null {
    if (!(bytes instanceof Uint8Array) || bytes.length !== 16) return null;
    this.#work.spend(Weight.object);
    const hex = Buffer.from(bytes).toString("hex").toUpperCase();
    const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    this.#work.write(writtenText(text));
    return text;
  }

  #null(): null {
    this.#work.write(Written.nothing);
    return null;
  }
}

/** How long a value is that holds no others. */
function writtenLeaf(value: PlistValue): number {
  if (typeof value === "string") return writtenText(value);
  if (value instanceof Uint8Array) return writtenBlob(value.length);
  if (value instanceof Date) return Written.date;
  return typeof value === "number" || typeof value === "bigint" ? writtenNumber(value) : Written.nothing;
}
