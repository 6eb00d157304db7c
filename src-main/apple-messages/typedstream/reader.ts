/** A value inside a typedstream: numbers, raw bytes, C strings, objects, or nothing. */
export type TypedValue = number | bigint | string | Uint8Array | TypedObject | null;

/** An archived object: its class and, group after group, everything it wrote. */
export interface TypedObject {
  className: string;
  values: TypedValue[];
}

/** The bytes are not a typedstream, or a damaged one. Never leaves this folder. */
export class Damaged extends Error {}

const HEADER = Buffer.from("\x04\x0bstreamtyped\x81\xe8\x03", "latin1");
const INT_16 = -127;
const INT_32 = -126;
const REAL = -125;
const NEW = -124;
const NIL = -123;
const END = -122;
const INT_64 = -121;
const FIRST_REFERENCE = -110;
const DEEPEST = 64;
/** Apple's longest type encoding has a dozen letters. Without a limit, letters that eat no byte are free work. */
const LONGEST_ENCODING = 64;

/**
 * Reads NeXT's typedstream as macOS writes it (version 4, little endian, system version 1000), with its two
 * tables: strings (type encodings, class names) and objects (objects, classes and C strings together,
 * numbered at first sight, an object before its class). Work and memory are bounded by the input's length:
 * every step eats at least one byte, and no length that the input claims is believed before it is there.
 */
export class TypedstreamReader {
  readonly #bytes: Buffer;
  readonly #strings: string[] = [];
  readonly #objects: (TypedValue | { isClass: string })[] = [];
  #at = HEADER.length;
  #depth = 0;

  /** Throws Damaged when the header is another one. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#bytes.length < HEADER.length || HEADER.compare(this.#bytes, 0, HEADER.length) !== 0) {
      throw new Damaged("no typedstream header");
    }
  }

  /** The root object. Throws Damaged. */
  readRoot(): TypedObject {
    const values: TypedValue[] = [];
    this.#readGroup(values);
    const root = values[0];
    if (root === null || typeof root !== "object" || root instanceof Uint8Array) {
      throw new Damaged("the root is no object");
    }
    return root;
  }

  #readGroup(into: TypedValue[]): void {
    const encoding = this.#sharedString();
    if (encoding === null || encoding.length > LONGEST_ENCODING) throw new Damaged("a group without a type");
    for (let at = 0; at < encoding.length; at += 1) {
      const type = encoding.charAt(at);
      if (type === "[") {
        const close = encoding.indexOf("]", at);
        into.push(this.#rawArray(encoding.slice(at + 1, close)));
        at = close === -1 ? encoding.length : close;
      } else if (type !== "{" && type !== "}" && type !== "=") {
        into.push(this.#value(type));
      }
    }
  }

  #value(type: string): TypedValue {
    switch (type) {
      case "@":
        return this.#object();
      case "+":
        return this.#text(this.#length());
      case "*":
        return this.#cString();
      case "%":
      case ":":
        return this.#sharedString();
      case "c":
        return this.#take(1).readInt8(0);
      case "C":
        return this.#take(1).readUInt8(0);
      case "f":
      case "d":
        return this.#real(type);
      case "i":
      case "I":
      case "s":
      case "S":
      case "l":
      case "L":
      case "q":
      case "Q":
      case "B":
        return this.#integer(this.#head());
      default:
        throw new Damaged(`unknown type ${type}`);
    }
  }

  #object(): TypedValue {
    const head = this.#head();
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#reference(head);
      if (known !== null && typeof known === "object" && "isClass" in known) throw new Damaged("a class");
      return known;
    }
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Damaged("too deep");
    const object: TypedObject = { className: "", values: [] };
    this.#objects.push(object);
    object.className = this.#class() ?? "";
    while (this.#peek() !== END) this.#readGroup(object.values);
    this.#at += 1;
    this.#depth -= 1;
    return object;
  }

  /** The name of a class, with its superclasses passed over; null where the chain ends. */
  #class(): string | null {
    let first: string | null = null;
    for (;;) {
      const head = this.#head();
      if (head === NIL) return first;
      if (head !== NEW) {
        const known = this.#reference(head);
        if (known === null || typeof known !== "object" || !("isClass" in known)) {
          throw new Damaged("a class expected");
        }
        return first ?? known.isClass;
      }
      const name = this.#sharedString();
      if (name === null) throw new Damaged("a class without a name");
      this.#integer(this.#head());
      this.#objects.push({ isClass: name });
      first ??= name;
    }
  }

  #cString(): TypedValue {
    const head = this.#head();
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#reference(head);
      if (typeof known !== "string") throw new Damaged("a C string expected");
      return known;
    }
    const slot = this.#objects.push(null) - 1;
    const text = this.#sharedString();
    this.#objects[slot] = text;
    return text;
  }

  #sharedString(): string | null {
    const head = this.#head();
    if (head === NIL) return null;
    if (head === NEW) {
      const text = this.#text(this.#length());
      this.#strings.push(text);
      return text;
    }
    const text = this.#strings[Number(this.#integer(head)) - FIRST_REFERENCE];
    if (text === undefined) throw new Damaged("an unknown string");
    return text;
  }

  #reference(head: number): TypedValue | { isClass: string } {
    const known = this.#objects[Number(this.#integer(head)) - FIRST_REFERENCE];
    if (known === undefined) throw new Damaged("an unknown object");
    return known;
  }

  #integer(head: number): number | bigint {
    if (head === INT_16) return this.#take(2).readInt16LE(0);
    if (head === INT_32) return this.#take(4).readInt32LE(0);
    if (head === INT_64) return this.#take(8).readBigInt64LE(0);
    if (head <= END && head >= REAL) throw new Damaged("a tag where a number belongs");
    return head;
  }

  #real(type: "f" | "d"): number {
    const head = this.#head();
    if (head !== REAL) return Number(this.#integer(head));
    return type === "f" ? this.#take(4).readFloatLE(0) : this.#take(8).readDoubleLE(0);
  }

  #rawArray(inner: string): Uint8Array {
    const match = /^(\d{1,9})[cC]$/.exec(inner);
    if (!match) throw new Damaged("an array of something else");
    return this.#take(Number(match[1]));
  }

  /** A length: never negative, and what 16 or 32 bits hold is unsigned here. */
  #length(): number {
    const head = this.#head();
    const value = Number(this.#integer(head));
    if (value >= 0) return value;
    if (head === INT_16) return value + 0x1_0000;
    throw new Damaged("a negative length");
  }

  #text(length: number): string {
    return this.#take(length).toString("utf8");
  }

  #head(): number {
    return this.#take(1).readInt8(0);
  }

  #peek(): number {
    if (this.#at >= this.#bytes.length) throw new Damaged("cut off");
    return this.#bytes.readInt8(this.#at);
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new Damaged("cut off");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
