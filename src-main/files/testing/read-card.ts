/** A line of a vCard: `item1.TEL;TYPE=CELL:+1…`. */
export interface CardLine {
  group: string | null;
  name: string;
  params: string[];
  /** As it is written. */
  raw: string;
  /** The parts between semicolons, unescaped; of a link, which is no text, the whole. */
  values: string[];
}

/**
 * Reads a vCard 3.0 by the letter of RFC 2426: lines end with CRLF, have 75 octets at most, and go on after a space.
 * Throws at whatever is not so.
 */
export function readCard(bytes: Buffer): CardLine[] {
  const octets = bytes.toString("latin1");
  if (!octets.endsWith("\r\n")) throw new Error("the last line has no end");
  const lines = octets.slice(0, -2).split("\r\n");
  for (const line of lines) {
    if (line.length > 75) throw new Error(`a line has ${line.length} octets`);
    if (/[\r\n\0]/.test(line)) throw new Error("a control in a line");
    // Each by itself is whole UTF-8.
    new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(line, "latin1"));
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const unfolded = text.slice(0, -2).replaceAll("\r\n ", "").split("\r\n");
  return unfolded.map((line) => {
    const found = /^(?:(item\d+)\.)?([A-Za-z-]+)((?:;[A-Z]+=[A-Za-z0-9]+)*):(.*)$/su.exec(line);
    if (!found) throw new Error(`no line of a card: ${line}`);
    const [, group, name = "", params = "", raw = ""] = found;
    return {
      group: group ?? null,
      name,
      params: params.split(";").slice(1),
      raw,
      values: name === "URL" ? [raw] : unescaped(raw),
    };
  });
}

function unescaped(raw: string): string[] {
  const values: string[] = [];
  let value = "";
  for (const [, after, plain] of raw.matchAll(/\\(.)|([^\\])/gsu)) {
    if (plain === ",") throw new Error("a bare comma in a value");
    if (plain === ";") {
      values.push(value);
      value = "";
    } else value += after === undefined ? plain : after.toLowerCase() === "n" ? "\n" : after;
  }
  return [...values, value];
}
