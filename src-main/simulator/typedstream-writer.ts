const HEADER = Buffer.concat([
  Buffer.from([0x04, 0x0b]),
  Buffer.from("streamtyped"),
  Buffer.from([0x81, 0xe8, 0x03]),
]);

const INTEGER_16 = 0x81;
const INTEGER_32 = 0x82;
const FLOAT = 0x83;
const NEW = 0x84;
const NIL = 0x85;
const END = 0x86;
const INTEGER_64 = 0x87;
/** A reference to entry n of a table is written as this plus n: 0x92 read as a signed byte. */
const FIRST_REFERENCE = -110;

/** Each class with its version and superclass, as real streams name them. */
const CLASSES: Readonly<Record<string, { version: number; parent: string | null }>> = {
  NSObject: { version: 0, parent: null },
  NSAttributedString: { version: 0, parent: "NSObject" },
  NSMutableAttributedString: { version: 0, parent: "NSAttributedString" },
  NSString: { version: 1, parent: "NSObject" },
  NSMutableString: { version: 1, parent: "NSString" },
  NSDictionary: { version: 0, parent: "NSObject" },
  NSValue: { version: 0, parent: "NSObject" },
  NSNumber: { version: 0, parent: "NSValue" },
  NSURL: { version: 0, parent: "NSObject" },
  NSData: { version: 0, parent: "NSObject" },
};

/**
 * Writes the tokens of a typedstream and keeps its two tables: shared strings (type encodings and class
 * names), and objects (objects, classes and C strings together, numbered at first sight).
 */
export class TypedstreamWriter {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;
  readonly #strings = new Map<string, number>();
  readonly #objects = new Map<string, number>();
  #objectCount = 0;

  constructor() {
    this.raw(HEADER);
  }

  /** Everything written so far. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Length and UTF-8 bytes. */
  text(value: string): void {
    const bytes = Buffer.from(value, "utf8");
    this.integer(bytes.length);
    this.raw(bytes);
  }

  /**
   * An integer in the narrowest width: one byte where the byte is no tag, else a tag and 2, 4 or 8 bytes.
   * Signed throughout, as NSArchiver does it: an unsigned 40000 takes 4 bytes.
   */
  integer(value: number): void {
    this.#reserve(9);
    if (value >= -110 && value <= 127) {
      this.#byte(value & 0xff);
    } else if (value >= -0x8000 && value <= 0x7fff) {
      this.#byte(INTEGER_16);
      this.#length = this.#bytes.writeInt16LE(value, this.#length);
    } else if (value >= -0x8000_0000 && value <= 0x7fff_ffff) {
      this.#byte(INTEGER_32);
      this.#length = this.#bytes.writeInt32LE(value, this.#length);
    } else {
      this.#byte(INTEGER_64);
      this.#length = this.#bytes.writeBigInt64LE(BigInt(value), this.#length);
    }
  }

  /** A double: as an integer where it is one, else a tag and 8 bytes. */
  double(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff) {
      this.integer(value);
      return;
    }
    this.#reserve(9);
    this.#byte(FLOAT);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** A string of the first table: written out the first time, a reference from then on. */
  sharedString(value: string): void {
    const known = this.#strings.get(value);
    if (known !== undefined) {
      this.#reference(known);
      return;
    }
    this.#strings.set(value, this.#strings.size);
    this.#byte(NEW);
    this.text(value);
  }

  /** A C string: an object of its own, which holds a shared string. */
  cString(value: string): void {
    if (this.seenObject(`*${value}`)) return;
    this.#byte(NEW);
    this.#remember(`*${value}`);
    this.sharedString(value);
  }

  /** Begins an object of a class; its groups follow. With an identity it can be referred to later. */
  beginObject(className: string, identity?: string): void {
    this.#byte(NEW);
    this.#remember(identity);
    this.#class(className);
  }

  /** Ends the object begun last. */
  endObject(): void {
    this.#byte(END);
  }

  /** Writes a reference and answers true when an object of this identity was written before. */
  seenObject(identity: string): boolean {
    const known = this.#objects.get(identity);
    if (known === undefined) return false;
    this.#reference(known);
    return true;
  }

  #class(name: string): void {
    if (this.seenObject(`class ${name}`)) return;
    const { version, parent } = CLASSES[name] ?? { version: 0, parent: "NSObject" };
    this.#byte(NEW);
    this.#remember(`class ${name}`);
    this.sharedString(name);
    this.integer(version);
    if (parent === null) this.#byte(NIL);
    else this.#class(parent);
  }

  #remember(identity: string | undefined): void {
    if (identity !== undefined) this.#objects.set(identity, this.#objectCount);
    this.#objectCount++;
  }

  /** A reference is the integer that follows the last tag plus the index: one byte for the first 238. */
  #reference(index: number): void {
    this.integer(FIRST_REFERENCE + index);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
