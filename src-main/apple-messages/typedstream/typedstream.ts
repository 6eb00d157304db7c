import { dateOf } from "../decoding/apple-date.ts";
import { ArchivedUrl } from "../decoding/archived-url.ts";
import { bounded, Damaged, type WorkCount } from "../decoding/work.ts";
import { TypedstreamReader } from "./reader.ts";
import type { AttributedText, Shapes, Value } from "./value.ts";

/** An object of a class that this reader does not know. */
export class ArchivedObject {
  readonly className: string;
  readonly values: readonly ArchivedValue[];

  constructor(className: string, values: readonly ArchivedValue[]) {
    this.className = className;
    this.values = values;
  }
}

type Extra = Date | ArchivedUrl | ArchivedObject | AttributedText<Extra>;

/** What a typedstream of any kind may hold. NSSet is an array, NSNull null. */
export type ArchivedValue = Value<Extra>;

/** A whole archive. */
export interface Typedstream {
  rootClass: string;
  root: ArchivedValue;
}

const shapes: Shapes<Extra> = {
  date: dateOf,
  url: (relative, base) => {
    if (base !== null && !(base instanceof ArchivedUrl))
      throw new Damaged("a URL relative to something else");
    return new ArchivedUrl(relative, base);
  },
  attributed: (text) => text,
  other: (className, values) => new ArchivedObject(className, values),
};

/**
 * Reads what NSArchiver wrote. Objects that the archive shares are shared in the result too.
 * @returns null for anything damaged or else; never throws, and does work in proportion to the input.
 */
export function readTypedstream(bytes: Uint8Array, count?: WorkCount): Typedstream | null {
  return bounded(
    bytes.length,
    (work) => {
      const reader = new TypedstreamReader(bytes, shapes, work);
      const root = reader.readRoot();
      return { rootClass: reader.rootClass.name, root };
    },
    count,
  );
}
