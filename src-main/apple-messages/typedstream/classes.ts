/** What to make of an object, by its class. */
export const Kind = {
  other: 0,
  string: 1,
  number: 2,
  data: 3,
  url: 4,
  array: 5,
  dictionary: 6,
  attributed: 7,
  date: 8,
  null: 9,
} as const;

/** One of the kinds above. */
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A class as it stands in the table of objects. */
export class ArchivedClass {
  readonly name: string;
  #kind: Kind;

  constructor(name: string, kind: Kind) {
    this.name = name;
    this.#kind = kind;
  }

  get kind(): Kind {
    return this.#kind;
  }

  /** A class that is not known by its name is what its superclass is. */
  inherit(parent: ArchivedClass): void {
    if (this.#kind === Kind.other) this.#kind = parent.kind;
  }
}

const KNOWN = new Map<string, ArchivedClass>(
  (
    [
      ["NSString", Kind.string],
      ["NSMutableString", Kind.string],
      ["NSAttributedString", Kind.attributed],
      ["NSMutableAttributedString", Kind.attributed],
      ["NSDictionary", Kind.dictionary],
      ["NSMutableDictionary", Kind.dictionary],
      ["NSNumber", Kind.number],
      ["NSValue", Kind.number],
      ["NSData", Kind.data],
      ["NSMutableData", Kind.data],
      ["NSURL", Kind.url],
      ["NSArray", Kind.array],
      ["NSMutableArray", Kind.array],
      ["NSSet", Kind.array],
      ["NSMutableSet", Kind.array],
      ["NSDate", Kind.date],
      ["NSNull", Kind.null],
    ] as const
  ).map(([name, kind]) => [name, new ArchivedClass(name, kind)]),
);

/** The class of that name. One that is not known is a new one of the kind `other`. */
export function classNamed(name: string): ArchivedClass {
  return KNOWN.get(name) ?? new ArchivedClass(name, Kind.other);
}
