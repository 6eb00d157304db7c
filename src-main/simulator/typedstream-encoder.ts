import { TypedstreamWriter } from "./typedstream-writer.ts";

/** What an attribute of a run can hold. A bare number is an NSNumber of C type `i`. */
export type AttributeValue =
  | string
  | number
  | { number: number; type: "i" | "q" | "d" | "c" }
  | { url: string }
  | { data: Uint8Array }
  | { dictionary: Readonly<Record<string, string>> };

/** A stretch of text that has the same attributes throughout. */
export interface Run {
  text: string;
  attributes: Readonly<Record<string, AttributeValue>>;
}

/**
 * Encodes an attributed string as Messages stores it in `message.attributedBody`: a typedstream (NSArchiver,
 * stream version 4, little endian, system version 1000).
 *
 * `mutable` (the default) gives an NSMutableAttributedString, as most rows have; false an
 * NSAttributedString, as rows of newer versions and the edit history have. Any text is allowed; a lone
 * surrogate becomes U+FFFD, which is what UTF-8 makes of it. The layout was read off samples of real rows.
 */
export function encodeAttributedBody(runs: readonly Run[], { mutable = true } = {}): Buffer {
  const writer = new TypedstreamWriter();
  writer.sharedString("@");
  writer.beginObject(mutable ? "NSMutableAttributedString" : "NSAttributedString");
  writer.sharedString("@");
  writer.beginObject(mutable ? "NSMutableString" : "NSString");
  writer.sharedString("+");
  writer.text(runs.map((run) => run.text.toWellFormed()).join(""));
  writer.endObject();
  writeRuns(writer, runs);
  writer.endObject();
  return writer.finish();
}

function writeRuns(writer: TypedstreamWriter, runs: readonly Run[]): void {
  const dictionaries = new Map<string, number>();
  for (const run of runs) {
    if (run.text.length === 0) continue;
    const key = dictionaryKey(run.attributes);
    const known = dictionaries.get(key);
    const index = known ?? dictionaries.size + 1;
    writer.sharedString("iI");
    writer.integer(index);
    writer.integer(run.text.length);
    if (known !== undefined) continue;
    dictionaries.set(key, index);
    writer.sharedString("@");
    writeDictionary(writer, run.attributes);
  }
}

function writeDictionary(writer: TypedstreamWriter, attributes: Run["attributes"]): void {
  const entries = Object.entries(attributes);
  writer.beginObject("NSDictionary");
  writer.sharedString("i");
  writer.integer(entries.length);
  for (const [name, value] of entries) {
    writer.sharedString("@");
    writeString(writer, name);
    writer.sharedString("@");
    writeValue(writer, value);
  }
  writer.endObject();
}

function writeString(writer: TypedstreamWriter, value: string): void {
  if (writer.seenObject(`s${value}`)) return;
  writer.beginObject("NSString", `s${value}`);
  writer.sharedString("+");
  writer.text(value.toWellFormed());
  writer.endObject();
}

function writeValue(writer: TypedstreamWriter, value: AttributeValue): void {
  if (typeof value === "string") writeString(writer, value);
  else if (typeof value === "number") writeNumber(writer, value, "i");
  else if ("number" in value) writeNumber(writer, value.number, value.type);
  else if ("url" in value) writeUrl(writer, value.url);
  else if ("dictionary" in value) writeDictionary(writer, value.dictionary);
  else writeData(writer, value.data);
}

/** The bytes are a group of their own, with their count in its type. */
function writeData(writer: TypedstreamWriter, data: Uint8Array): void {
  writer.beginObject("NSData");
  writer.sharedString("i");
  writer.integer(data.length);
  writer.sharedString(`[${data.length}c]`);
  writer.raw(data);
  writer.endObject();
}

/** An NSNumber stores its C type as a C string, then the value as a group of that type. */
function writeNumber(writer: TypedstreamWriter, value: number, type: "i" | "q" | "d" | "c"): void {
  const key = `n${type}${value}`;
  if (writer.seenObject(key)) return;
  writer.beginObject("NSNumber", key);
  writer.sharedString("*");
  writer.cString(type);
  writer.sharedString(type);
  if (type === "c") writer.raw(Buffer.from([value & 0xff]));
  else if (type === "d") writer.double(value);
  else writer.integer(value);
  writer.endObject();
}

/** The byte before the string says that the URL is absolute: it has no base URL. */
function writeUrl(writer: TypedstreamWriter, url: string): void {
  writer.beginObject("NSURL");
  writer.sharedString("c");
  writer.raw(Buffer.from([0]));
  writer.sharedString("@");
  writeString(writer, url);
  writer.endObject();
}

function dictionaryKey(attributes: Run["attributes"]): string {
  return JSON.stringify(attributes, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
}
