import { blobWeight, Damaged, textWeight, Weight, type Work } from "../decoding/work.ts";
import { mostWritten, Written, writtenBlob, writtenNumber } from "../decoding/written.ts";
import { attributedText } from "./attributed-text.ts";
import { ArchivedClass, classNamed, Kind } from "./classes.ts";
import { closingBracket, digitAt, takesBytes } from "./encoding.ts";
import { type Name, nameAt } from "./names.ts";
import { FIRST_REFERENCE, Tag, Tokens } from "./tokens.ts";
import type { AttributedText, Shapes, Value } from "./value.ts";

const DEEPEST = 64;
/** Apple's longest has a dozen letters; arrays nest in it, and so does their reading. */
const LONGEST_ENCODING = 256;
/** A letter of a type is looked at, and its value takes a place on each of two stacks. */
const PER_TYPE = 3;
const OBJECT = "@".charCodeAt(0);
const CHAR = "c".charCodeAt(0);
const UNDERSCORE = "_".charCodeAt(0);
const NO_CLASS = classNamed("");

/**
 * Reads NeXT's typedstream, with its two tables: strings (type encodings, class names) and objects
 * (objects, classes and C strings together, numbered at first sight, an object before its class). Objects
 * become plain values as they end; one that refers to itself holds null there. Every method throws Damaged.
 */
export class TypedstreamReader<Extra> {
  readonly #tokens: Tokens;
  readonly #work: Work;
  readonly #shapes: Shapes<Extra>;
  readonly #strings: Name[] = [];
  readonly #objects: (Value<Extra> | ArchivedClass)[] = [];
  /** How long each object is when it is written out: a reference to it is written out again. */
  readonly #lengths: number[] = [];
  /** Values of the objects that are being read, those of the innermost last. */
  readonly #stack: Value<Extra>[] = [];
  /** How long those of them are that are objects. */
  readonly #stackLengths: number[] = [];
  #top = 0;
  #depth = 0;
  /** The class of the root object. */
  rootClass = NO_CLASS;
  /** The root object where it is an attributed string. */
  rootText: AttributedText<Extra> | null = null;

  constructor(bytes: Uint8Array, shapes: Shapes<Extra>, work: Work) {
    this.#tokens = new Tokens(bytes);
    this.#shapes = shapes;
    this.#work = work;
  }

  /** The root object, which has to be one. */
  readRoot(): Value<Extra> {
    if (this.#sharedString()?.text !== "@") throw new Damaged("the root is no object");
    const root = this.#object();
    if (this.rootClass === NO_CLASS) throw new Damaged("the root is no object");
    return root;
  }

  #group(): void {
    const encoding = this.#sharedString()?.text ?? "";
    if (encoding === "" || encoding.length > LONGEST_ENCODING) {
      throw new Damaged("a group without a type");
    }
    this.#work.spend(encoding.length * PER_TYPE);
    if (encoding.length === 1) this.#push(encoding.charCodeAt(0));
    else this.#composite(encoding, 0, encoding.length);
  }

  #push(type: number): void {
    const before = this.#work.characters;
    this.#stack[this.#top] = this.#value(type);
    if (type === OBJECT) this.#stackLengths[this.#top] = this.#work.characters - before;
    this.#top += 1;
  }

  /** The types of an encoding from one place to another: several, a structure or an array. */
  #composite(encoding: string, from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      const type = encoding.charAt(at);
      if (type === "[") {
        at = this.#array(encoding, at + 1, to);
      } else if (type === "{") {
        // A structure's name ends at "=".
        const equals = encoding.indexOf("=", at);
        if (equals === -1 || equals >= to) throw new Damaged("a structure without types");
        at = equals;
      } else if (type !== "}") {
        this.#push(encoding.charCodeAt(at));
      }
    }
  }

  /** `[12c]` from behind its bracket: bytes as they are, or values one by one. Gives the closing bracket's place. */
  #array(encoding: string, from: number, to: number): number {
    let count = 0;
    let at = from;
    for (let digit = digitAt(encoding, at); digit >= 0 && at - from < 9; digit = digitAt(encoding, at)) {
      count = count * 10 + digit;
      at += 1;
    }
    const close = closingBracket(encoding, at, to);
    if (close - at === 1 && (encoding.charCodeAt(at) | 0x20) === CHAR) {
      const start = this.#tokens.skip(count);
      this.#work.spend(blobWeight(count));
      this.#work.write(writtenBlob(count));
      // A copy: the value must not keep the whole row alive, nor change with it.
      this.#stack[this.#top] = new Uint8Array(this.#tokens.bytes.subarray(start, start + count));
      this.#top += 1;
      return close;
    }
    if (count > 0 && !takesBytes(encoding, at, close)) throw new Damaged("an array of nothings");
    for (let index = 0; index < count; index += 1) {
      this.#work.spend((close - at) * PER_TYPE);
      this.#composite(encoding, at, close);
    }
    return close;
  }

  #value(type: number): Value<Extra> {
    switch (type) {
      case OBJECT:
        return this.#object();
      case 0x2b: // +
        return this.#text();
      case 0x2a: // *
        return this.#cString();
      case 0x25: // %
      case 0x3a: // :
        return this.#named(this.#sharedString());
      case 0x23: // #
        return this.#className();
      default: {
        const number = this.#tokens.number(type);
        this.#work.write(writtenNumber(number));
        return number;
      }
    }
  }

  #object(): Value<Extra> {
    const head = this.#tokens.head();
    if (head === Tag.nil) return this.#named(null);
    if (head !== Tag.new) return this.#knownValue(head);
    this.#enter();
    const before = this.#work.characters;
    this.#work.spend(Weight.object);
    const slot = this.#objects.push(null) - 1;
    this.#lengths[slot] = Written.nothing;
    const base = this.#top;
    const archived = this.#class() ?? NO_CLASS;
    if (slot === 0) this.rootClass = archived;
    while (!this.#tokens.ends()) this.#group();
    const value = this.#finished(archived, base, slot);
    if (value === null) this.#work.write(Written.nothing);
    this.#objects[slot] = value;
    this.#lengths[slot] = this.#work.characters - before;
    this.#top = base;
    this.#depth -= 1;
    return value;
  }

  /** The values from `base` on, as the plain value that an object of the class amounts to. */
  #finished({ kind, name }: ArchivedClass, base: number, slot: number): Value<Extra> {
    const count = this.#top - base;
    const first = count > 0 ? this.#at(base) : null;
    switch (kind) {
      case Kind.string:
        return typeof first === "string" ? first : null;
      case Kind.number:
        return count > 1 ? this.#at(base + 1) : null;
      case Kind.data: {
        const bytes = count > 1 ? this.#at(base + 1) : null;
        return bytes instanceof Uint8Array ? bytes : null;
      }
      case Kind.url:
        return this.#url(base, count);
      case Kind.array:
        this.#work.spend(Weight.list + (count >> 1));
        this.#work.write(Written.list);
        return this.#stack.slice(base + 1, this.#top);
      case Kind.dictionary:
        return this.#dictionary(base + 1);
      case Kind.date:
        this.#work.spend(Weight.date);
        this.#work.write(Written.date);
        return typeof first === "number" ? this.#shapes.date(first) : null;
      case Kind.attributed: {
        const text = attributedText(this.#stack, this.#stackLengths, base, this.#top, this.#work);
        if (slot === 0) this.rootText = text;
        return this.#shapes.attributed(text);
      }
      case Kind.null:
        return null;
      default:
        this.#work.spend(Weight.object + Weight.list + (count >> 1));
        this.#work.write(Written.object + mostWritten(name.length));
        return this.#shapes.other(name, this.#stack.slice(base, this.#top));
    }
  }

  /** A byte that says whether there is a base URL, that URL where there is, and the URL's own text. */
  #url(base: number, count: number): Value<Extra> {
    const relative = count > 1 ? this.#at(this.#top - 1) : null;
    if (typeof relative !== "string") return null;
    this.#work.spend(Weight.object);
    this.#work.write(Written.object);
    const url = this.#shapes.url(relative, count > 2 ? this.#at(base + 1) : null);
    // Resolved, it is a text of its own.
    if (typeof url === "string" && url !== relative) {
      this.#work.spend(textWeight(2 * url.length));
      this.#work.write(mostWritten(url.length));
    }
    return url;
  }

  #dictionary(from: number): Map<string, Value<Extra>> {
    this.#work.spend(Weight.map + Weight.entry * ((this.#top - from) >> 1));
    this.#work.write(Written.map);
    const map = new Map<string, Value<Extra>>();
    for (let at = from; at + 1 < this.#top; at += 2) {
      const key = this.#stack[at];
      if (typeof key === "string") map.set(key, this.#at(at + 1));
    }
    return map;
  }

  #at(place: number): Value<Extra> {
    return this.#stack[place] ?? null;
  }

  /** A class, with its superclasses behind it; null where there is none. */
  #class(): ArchivedClass | null {
    const head = this.#tokens.head();
    if (head === Tag.nil) return null;
    if (head !== Tag.new) {
      const known = this.#entry(head);
      if (!(known instanceof ArchivedClass)) throw new Damaged("a class expected");
      return known;
    }
    const name = this.#sharedString()?.text;
    if (name === undefined) throw new Damaged("a class without a name");
    this.#tokens.integer(this.#tokens.head());
    this.#work.spend(Weight.object);
    const archived = classNamed(name);
    this.#lengths[this.#objects.push(archived) - 1] = 0;
    this.#enter();
    const parent = this.#class();
    this.#depth -= 1;
    if (parent !== null) archived.inherit(parent);
    return archived;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Damaged("too deep");
  }

  #cString(): Value<Extra> {
    const head = this.#tokens.head();
    if (head === Tag.nil) return this.#named(null);
    if (head !== Tag.new) {
      const known = this.#knownValue(head);
      if (typeof known !== "string") throw new Damaged("a C string expected");
      return known;
    }
    this.#work.spend(Weight.object);
    const slot = this.#objects.push(null) - 1;
    const before = this.#work.characters;
    const text = this.#named(this.#sharedString());
    this.#objects[slot] = text;
    this.#lengths[slot] = this.#work.characters - before;
    return text;
  }

  /** A name as a value. */
  #named(name: Name | null): string | null {
    this.#work.write(name === null ? Written.nothing : name.written);
    return name === null ? null : name.text;
  }

  #className(): string | null {
    const name = this.#class()?.name ?? null;
    this.#work.write(name === null ? Written.nothing : mostWritten(name.length));
    return name;
  }

  #sharedString(): Name | null {
    const head = this.#tokens.head();
    if (head === Tag.nil) return null;
    if (head === Tag.new) {
      const name = this.#name();
      this.#strings.push(name);
      return name;
    }
    const name = this.#strings[Number(this.#tokens.integer(head)) - FIRST_REFERENCE];
    if (name === undefined) throw new Damaged("an unknown string");
    return name;
  }

  #knownValue(head: number): Value<Extra> {
    const known = this.#entry(head);
    if (known instanceof ArchivedClass) throw new Damaged("an object expected");
    return known;
  }

  #entry(head: number): Value<Extra> | ArchivedClass {
    const index = Number(this.#tokens.integer(head)) - FIRST_REFERENCE;
    const known = this.#objects[index];
    if (known === undefined) throw new Damaged("an unknown object");
    this.#work.spend(1);
    this.#work.write(this.#lengths[index] ?? 0);
    return known;
  }

  /** A text of its own. Only names are looked up: a correspondent's words are nothing to keep. */
  #text(): string | null {
    const { bytes } = this.#tokens;
    const length = this.#tokens.length();
    const start = this.#tokens.skip(length);
    this.#work.spend(textWeight(length));
    if (bytes[start] === UNDERSCORE && bytes[start + 1] === UNDERSCORE) {
      return this.#named(nameAt(bytes, start, length));
    }
    this.#work.write(mostWritten(length));
    return bytes.toString("utf8", start, start + length);
  }

  #name(): Name {
    const length = this.#tokens.length();
    const start = this.#tokens.skip(length);
    this.#work.spend(Weight.object + textWeight(length));
    return nameAt(this.#tokens.bytes, start, length);
  }
}
