import { type PlistReal, PlistUid, type PlistValue, writeBinaryPlist } from "./binary-plist.ts";

/** An object of a class that archives itself under names of its own. */
export class ArchivedObject {
  /** The class first, then what it inherits from. */
  readonly classes: readonly string[];
  readonly fields: Readonly<Record<string, Archived>>;
  constructor(classes: readonly string[], fields: Readonly<Record<string, Archived>>) {
    this.classes = classes;
    this.fields = fields;
  }
}

/** What a keyed archive holds: NSString, NSNumber, NSData, NSURL, NSUUID, NSArray, NSDictionary, objects. */
export type Archived =
  | null
  | string
  | number
  | boolean
  | PlistReal
  | Uint8Array
  | { url: string }
  | { uuid: string }
  | ArchivedObject
  | readonly Archived[]
  | { dictionary: Readonly<Record<string, Archived>> };

const NULL = new PlistUid(0);

/** Archives an object graph as NSKeyedArchiver does, with the graph's root under `$top.root`. */
export function keyedArchive(root: Archived): Buffer {
  return keyedArchiveOf({ root });
}

/**
 * Archives what stands under `$top` as NSKeyedArchiver does, in a binary property list: `$objects` begins with
 * `$null`; equal strings and classes are stored once.
 */
export function keyedArchiveOf(top: Readonly<Record<string, Archived>>): Buffer {
  const objects: PlistValue[] = ["$null"];
  const known = new Map<string, PlistUid>();

  function put(value: PlistValue): PlistUid {
    objects.push(value);
    return new PlistUid(objects.length - 1);
  }

  function once(key: string, value: PlistValue): PlistUid {
    const uid = known.get(key) ?? put(value);
    known.set(key, uid);
    return uid;
  }

  function classOf(classes: readonly string[]): PlistUid {
    const [name = ""] = classes;
    return once(`class ${name}`, { $classname: name, $classes: classes });
  }

  function object(classes: readonly string[], fields: () => Record<string, PlistValue>): PlistUid {
    // Its place comes before those of what it holds, as in Apple's archives.
    const uid = put("");
    objects[uid.index] = { ...fields(), $class: classOf(classes) };
    return uid;
  }

  function add(value: Archived): PlistUid {
    if (value === null) return NULL;
    if (typeof value === "string") return once(`text ${value}`, value);
    if (typeof value !== "object") return put(value);
    if (value instanceof Uint8Array) {
      return object(["NSMutableData", "NSData", "NSObject"], () => ({ "NS.data": value }));
    }
    if (value instanceof ArchivedObject) {
      return object(value.classes, () => mapped(value.fields, reference));
    }
    if (isList(value)) {
      return object(["NSArray", "NSObject"], () => ({ "NS.objects": value.map(add) }));
    }
    if ("url" in value) {
      return object(["NSURL", "NSObject"], () => ({ "NS.base": NULL, "NS.relative": add(value.url) }));
    }
    if ("uuid" in value) {
      const bytes = Buffer.from(value.uuid.replaceAll("-", ""), "hex");
      return object(["NSUUID", "NSObject"], () => ({ "NS.uuidbytes": bytes }));
    }
    if ("dictionary" in value) {
      const entries = Object.entries(value.dictionary);
      return object(["NSMutableDictionary", "NSDictionary", "NSObject"], () => ({
        "NS.keys": entries.map(([key]) => add(key)),
        "NS.objects": entries.map(([, held]) => add(held)),
      }));
    }
    return put(value);
  }

  /** An object's own numbers and truths stand in it; everything else is referred to. */
  function reference(value: Archived): PlistValue {
    return typeof value === "number" || typeof value === "boolean" ? value : add(value);
  }

  return writeBinaryPlist({
    $version: 100_000,
    $archiver: "NSKeyedArchiver",
    $top: mapped(top, add),
    $objects: objects,
  });
}

function mapped(
  fields: Readonly<Record<string, Archived>>,
  change: (value: Archived) => PlistValue,
): Record<string, PlistValue> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}

function isList(value: Archived): value is readonly Archived[] {
  return Array.isArray(value);
}
