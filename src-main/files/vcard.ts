import type { ContactCard } from "../../src-shared/domain/contact-card.ts";

/** A picture for a card. */
export interface CardPhoto {
  type: "JPEG" | "PNG" | "GIF";
  bytes: Uint8Array;
}

/** Octets of a line, without its end (RFC 2426, section 2.6). */
const LINE_OCTETS = 75;
/** Labels that have a type of their own in RFC 2426, or in what Apple writes. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["home", "HOME"],
  ["work", "WORK"],
  ["mobile", "CELL"],
  ["cell", "CELL"],
  ["iphone", "IPHONE"],
  ["main", "MAIN"],
  ["fax", "FAX"],
  ["pager", "PAGER"],
]);
/** Of a kind of value, those that mean something with it. */
const TYPES_OF_PLACES = new Set(["HOME", "WORK"]);

/** What a person's card is called: the whole name, else its parts, else the nickname, else the organization. */
export function cardName(card: ContactCard): string {
  const parts = [card.prefix, card.first, card.middle, card.last, card.suffix];
  const isNamed = card.first !== undefined || card.last !== undefined;
  return (
    card.name ??
    (isNamed
      ? parts.filter((part) => part !== undefined).join(" ")
      : (card.nickname ?? card.organization ?? ""))
  );
}

/**
 * A card as vCard 3.0 (RFC 2426) in UTF-8. Labels of one's own are values of Apple's `X-ABLabel` in a group with
 * what they label: nothing that was given ever stands in the name or a parameter of a line.
 *
 * Not by a package: the one that was looked at writes addresses, numbers and links as they come, so that a line end
 * in one begins a property of the caller's choice, and leaves a bare CR in everything else.
 */
export function vCard(card: ContactCard, photo: CardPhoto | null): Buffer {
  const lines = ["BEGIN:VCARD", "VERSION:3.0"];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) lines.push(`${name}:${value}`);
  };
  let groups = 0;
  const addLabelled = (
    name: string,
    value: string,
    label: string | undefined,
    types: (known: string) => boolean,
  ) => {
    const known = label === undefined ? undefined : TYPES.get(label.toLowerCase());
    if (label === undefined) add(name, value);
    else if (known !== undefined && types(known)) add(`${name};TYPE=${known}`, value);
    else {
      groups += 1;
      add(`item${groups}.${name}`, value);
      add(`item${groups}.X-ABLabel`, escaped(label));
    }
  };
  const isPlace = (type: string): boolean => TYPES_OF_PLACES.has(type);

  const { first, middle, last, prefix, suffix } = card;
  // A whole name that nobody has taken apart is shown as it is when it stands in one place.
  const given = first ?? (last === undefined ? (card.name ?? card.nickname) : undefined);
  add("N", [last, given, middle, prefix, suffix].map((part) => escaped(part ?? "")).join(";"));
  add("FN", escaped(cardName(card)));
  add("NICKNAME", card.nickname && escaped(card.nickname));
  add("ORG", card.organization && escaped(card.organization));
  if (given === undefined && last === undefined) add("X-ABShowAs", "COMPANY");
  add("TITLE", card.title && escaped(card.title));
  for (const { number, label } of card.phones) addLabelled("TEL", escaped(number), label, () => true);
  for (const { address, label } of card.emails) {
    addLabelled("EMAIL;TYPE=INTERNET", escaped(address), label, isPlace);
  }
  for (const { url, label } of card.urls) addLabelled("URL", link(url), label, isPlace);
  for (const { street, city, region, postcode, country, label } of card.addresses) {
    const parts = ["", "", street, city, region, postcode, country].map((part) => escaped(part ?? ""));
    addLabelled("ADR", parts.join(";"), label, isPlace);
  }
  add("BDAY", card.birthday && escaped(card.birthday));
  add("NOTE", card.note && escaped(card.note));
  if (photo) add(`PHOTO;ENCODING=b;TYPE=${photo.type}`, Buffer.from(photo.bytes).toString("base64"));
  lines.push("END:VCARD");
  return Buffer.from(lines.map((line) => `${folded(line)}\r\n`).join(""));
}

/** A text value: RFC 2426, section 2.4.2, of which every kind of line end is one; other controls are left out. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\n\u0085\u2028\u2029]/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/[\\,;]/g, "\\$&")
    .replaceAll("\n", "\\n");
}

/** A link is a URI, and no text: what may not stand in one is percent-encoded. */
function link(url: string): string {
  return url.toWellFormed().replace(/[\s\\"<>^`{|}\p{Cc}]/gu, encodeURIComponent);
}

/** Broken between characters, so that whoever decodes line by line is not handed half of one. */
function folded(line: string): string {
  const octets = Buffer.byteLength(line);
  if (octets <= LINE_OCTETS) return line;
  // A picture has millions.
  const isAscii = octets === line.length;
  const pieces: string[] = [];
  for (let start = 0; start < line.length; ) {
    // What is continued begins with a space.
    const most = start === 0 ? LINE_OCTETS : LINE_OCTETS - 1;
    const end = isAscii ? start + most : endWithin(line, start, most);
    pieces.push(line.slice(start, end));
    start = end;
  }
  return pieces.join("\r\n ");
}

/** Where the characters from `start` on that have `most` octets together end. */
function endWithin(line: string, start: number, most: number): number {
  let octets = 0;
  for (let at = start; at < line.length; ) {
    const code = line.codePointAt(at) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets > most) return at;
    at += code < 0x10000 ? 1 : 2;
  }
  return line.length;
}
