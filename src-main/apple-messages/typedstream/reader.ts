import { contentCost, Damaged, type Work } from "../decoding/work.ts";
import { attributedText } from "./attributed-text.ts";
import { ArchivedClass, classNamed, Kind } from "./classes.ts";
import { closingBracket, digitAt } from "./encoding.ts";
import { nameAt } from "./names.ts";
import { FIRST_REFERENCE, Tag, Tokens } from "./tokens.ts";
import type { AttributedText, Shapes, Value } from "./value.ts";

const DEEPEST = 64;
/** Apple's longest has a dozen letters; arrays nest in it, and so does their reading. */
const LONGEST_ENCODING = 256;
const CHAR = "c".charCodeAt(0);
const UNSIGNED_CHAR = "C".charCodeAt(0);
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
  readonly #strings: string[] = [];
  readonly #objects: (Value<Extra> | ArchivedClass)[] = [];
  /** What each object cost: a reference to it costs the same again. */
  readonly #costs: number[] = [];
  /** Values of the objects that are being read, those of the innermost last. */
  readonly #stack: Value<Extra>[] = [];
  readonly #stackCosts: number[] = [];
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
    if (this.#sharedString() !== "@") throw new Damaged("the root is no object");
    const root = this.#object();
    if (this.rootClass === NO_CLASS) throw new Damaged("the root is no object");
    return root;
  }

  #group(): void {
    const encoding = this.#sharedString();
    if (encoding === null || encoding === "" || encoding.length > LONGEST_ENCODING) {
      throw new Damaged("a group without a type");
    }
    this.#work.spend(encoding.length);
    if (encoding.length === 1) this.#push(encoding.charCodeAt(0));
    else this.#composite(encoding, 0, encoding.length);
  }

  #push(type: number): void {
    const before = this.#work.steps;
    this.#stack[this.#top] = this.#value(type);
    this.#stackCosts[this.#top] = this.#work.steps - before;
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
      this.#work.spend(contentCost(count));
      // A copy: the value must not keep the whole row alive, nor change with it.
      this.#stack[this.#top] = new Uint8Array(this.#tokens.bytes.subarray(start, start + count));
      this.#stackCosts[this.#top] = contentCost(count);
      this.#top += 1;
      return close;
    }
    for (let index = 0; index < count; index += 1) {
      this.#work.spend(close - at + 1);
      this.#composite(encoding, at, close);
    }
    return close;
  }

  #value(type: number): Value<Extra> {
    switch (type) {
      case 0x40: // @
        return this.#object();
      case 0x2b: // +
        return this.#text();
      case 0x2a: // *
        return this.#cString();
      case 0x25: // %
      case 0x3a: // :
        return this.#sharedString();
      case 0x23: // #
        return this.#class()?.name ?? null;
      case CHAR:
        return (this.#tokens.unsigned() << 24) >> 24;
      case UNSIGNED_CHAR:
        return this.#tokens.unsigned();
      case 0x66: // f
        return this.#tokens.real(false);
      case 0x64: // d
        return this.#tokens.real(true);
      case 0x69: // i
      case 0x73: // s
      case 0x6c: // l
      case 0x71: // q
      case 0x42: // B
        return this.#tokens.integer(this.#tokens.head());
      case 0x53: // S
        return this.#tokens.natural(16);
      case 0x49: // I
      case 0x4c: // L
        return this.#tokens.natural(32);
      case 0x51: // Q
        return this.#tokens.natural(64);
      default:
        throw new Damaged("an unknown type");
    }
  }

  #object(): Value<Extra> {
    const head = this.#tokens.head();
    if (head === Tag.nil) return null;
    if (head !== Tag.new) return this.#knownValue(head);
    this.#enter();
    const slot = this.#objects.push(null) - 1;
    this.#costs[slot] = 1;
    const before = this.#work.steps;
    const base = this.#top;
    const archived = this.#class() ?? NO_CLASS;
    if (slot === 0) this.rootClass = archived;
    while (!this.#tokens.ends()) this.#group();
    const value = this.#finished(archived, base, slot);
    this.#work.spend(1);
    this.#objects[slot] = value;
    this.#costs[slot] = this.#work.steps - before;
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
        return this.#stack.slice(base + 1, this.#top);
      case Kind.dictionary:
        return this.#dictionary(base + 1);
      case Kind.date:
        return typeof first === "number" ? this.#shapes.date(first) : null;
      case Kind.attributed: {
        const text = attributedText(this.#stack, this.#stackCosts, base, this.#top, this.#work);
        if (slot === 0) this.rootText = text;
        return this.#shapes.attributed(text);
      }
      case Kind.null:
        return null;
      default:
        return this.#shapes.other(name, this.#stack.slice(base, this.#top));
    }
  }

  /** A byte that says whether there is a base URL, that URL where there is, and the URL's own text. */
  #url(base: number, count: number): Value<Extra> {
    const relative = count > 1 ? this.#at(this.#top - 1) : null;
    if (typeof relative !== "string") return null;
    return this.#shapes.url(relative, count > 2 ? this.#at(base + 1) : null);
  }

  #dictionary(from: number): Map<string, Value<Extra>> {
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
    const name = this.#sharedString();
    if (name === null) throw new Damaged("a class without a name");
    this.#tokens.integer(this.#tokens.head());
    const archived = classNamed(name);
    this.#costs[this.#objects.push(archived) - 1] = 1;
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
    if (head === Tag.nil) return null;
    if (head !== Tag.new) {
      const known = this.#knownValue(head);
      if (typeof known !== "string") throw new Damaged("a C string expected");
      return known;
    }
    const slot = this.#objects.push(null) - 1;
    const text = this.#sharedString();
    this.#objects[slot] = text;
    this.#costs[slot] = contentCost(text?.length ?? 0);
    return text;
  }

  #sharedString(): string | null {
    const head = this.#tokens.head();
    if (head === Tag.nil) return null;
    if (head === Tag.new) {
      const text = this.#name();
      this.#strings.push(text);
      return text;
    }
    const text = this.#strings[Number(this.#tokens.integer(head)) - FIRST_REFERENCE];
    if (text === undefined) throw new Damaged("an unknown string");
    return text;
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
    this.#work.spend(this.#costs[index] ?? 1);
    return known;
  }

  /** A text of its own. Only names are looked up: a correspondent's words are nothing to keep. */
  #text(): string {
    const { bytes } = this.#tokens;
    const length = this.#tokens.length();
    const start = this.#tokens.skip(length);
    this.#work.spend(contentCost(length));
    if (bytes[start] === UNDERSCORE && bytes[start + 1] === UNDERSCORE) return nameAt(bytes, start, length);
    return bytes.toString("utf8", start, start + length);
  }

  #name(): string {
    const length = this.#tokens.length();
    const start = this.#tokens.skip(length);
    this.#work.spend(contentCost(length));
    return nameAt(this.#tokens.bytes, start, length);
  }
}
