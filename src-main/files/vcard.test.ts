import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContactCard } from "../../src-shared/domain/contact-card.ts";
import { openedFiles, PNG } from "./testing/opened-files.ts";
import { type CardLine, readCard } from "./testing/read-card.ts";
import { vCard } from "./vcard.ts";

const written = (given: object): CardLine[] => readCard(vCard(ContactCard.parse(given), null));
const named = (lines: readonly CardLine[], name: string): string[][] =>
  lines.filter((line) => line.name === name).map(({ values }) => values);

describe("a contact card", () => {
  it("has what is known of a person", () => {
    const lines = written({
      first: "Zoë",
      middle: "Q.",
      last: 'O\'Neil, Jr; "the" 3rd',
      prefix: "Dr.",
      suffix: "PhD",
      nickname: "Zo",
      organization: "Smith; Sons, Ltd.",
      title: "Head \\ Tail",
      phones: [{ number: "+15550111", label: "Mobile" }, { number: "+15550112" }],
      emails: [{ address: "zoe@example.test", label: "work" }],
      urls: [{ url: "https://example.test/a,b;c?d=1" }],
      addresses: [{ street: "1 Main St\nApt 2", city: "Springfield", postcode: "12345", label: "home" }],
      birthday: "1990-05-15",
      note: "line one\r\nline two\rline three",
    });
    expect(
      lines.map(({ group, name, params }) => [group, name, ...params].filter(Boolean).join(" ")),
    ).toEqual([
      "BEGIN",
      "VERSION",
      "N",
      "FN",
      "NICKNAME",
      "ORG",
      "TITLE",
      "TEL TYPE=CELL",
      "TEL",
      "EMAIL TYPE=INTERNET TYPE=WORK",
      "URL",
      "ADR TYPE=HOME",
      "BDAY",
      "NOTE",
      "END",
    ]);
    expect(named(lines, "VERSION")).toEqual([["3.0"]]);
    expect(named(lines, "N")).toEqual([['O\'Neil, Jr; "the" 3rd', "Zoë", "Q.", "Dr.", "PhD"]]);
    expect(named(lines, "FN")).toEqual([['Dr. Zoë Q. O\'Neil, Jr; "the" 3rd PhD']]);
    expect(named(lines, "ORG")).toEqual([["Smith; Sons, Ltd."]]);
    expect(named(lines, "TITLE")).toEqual([["Head \\ Tail"]]);
    expect(lines.find(({ name }) => name === "URL")?.raw).toBe("https://example.test/a,b;c?d=1");
    expect(named(lines, "ADR")).toEqual([["", "", "1 Main St\nApt 2", "Springfield", "", "12345", ""]]);
    expect(named(lines, "NOTE")).toEqual([["line one\nline two\nline three"]]);
  });

  it.each([
    ["of a whole name shows it as it is", { name: "Maya Lindqvist" }, ["", "Maya Lindqvist", "", "", ""]],
    ["of a nickname alone shows that", { nickname: "Zo" }, ["", "Zo", "", "", ""]],
    ["of a company has no person's name", { organization: "ACME" }, ["", "", "", "", ""]],
  ])("%s", (_what, given, name) => {
    expect(named(written(given), "N")).toEqual([name]);
  });

  it("says of a company that it is one", () => {
    const lines = written({ organization: "ACME" });
    expect([named(lines, "FN"), named(lines, "X-ABShowAs")]).toEqual([[["ACME"]], [["COMPANY"]]]);
    expect(named(written({ name: "Maya", organization: "ACME" }), "X-ABShowAs")).toEqual([]);
  });

  it("keeps a label of one's own beside what it labels", () => {
    const lines = written({
      name: "Maya",
      phones: [{ number: "1", label: 'boat";TYPE=x:y' }],
      emails: [{ address: "a@b.test", label: "mobile" }],
    });
    const labelled = lines.filter(({ group }) => group !== null);
    expect(labelled.map(({ group, name, values }) => [group, name, ...values])).toEqual([
      ["item1", "TEL", "1"],
      ["item1", "X-ABLabel", 'boat";TYPE=x:y'],
      ["item2", "EMAIL", "a@b.test"],
      ["item2", "X-ABLabel", "mobile"],
    ]);
  });

  /** What the card refuses never comes to be written. */
  const isTaken = (value: string): boolean =>
    value.trim() !== "" && value.isWellFormed() && !value.includes("\0");

  it("gives back whatever was given, and no value adds a line", () => {
    const text = fc
      .oneof(
        fc.string({ unit: "binary", maxLength: 120 }),
        fc.string({
          unit: fc.constantFrom(
            "\r",
            "\n",
            "\r\n",
            "\\",
            ",",
            ";",
            ":",
            '"',
            "\u2028",
            "é",
            "👩‍👩‍👧",
            "x",
            " ",
          ),
        }),
        fc.constantFrom("a\r\nEND:VCARD\r\nBEGIN:VCARD", "a\nTEL:+1900", "a\rX:y", "a\u0085X:y", "\r\n X"),
      )
      .filter(isTaken);
    const label = fc.option(text.map((value) => value.slice(0, 100)).filter(isTaken), { nil: undefined });
    /** What a text value carries: line ends of every kind as one, no other controls. */
    const carried = (value: string): string =>
      value
        .toWellFormed()
        .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
        .replace(/(?![\n\t])\p{Cc}/gu, "");
    fc.assert(
      fc.property(text, text, text, text, text, label, (name, number, address, url, note, own) => {
        const given = ContactCard.parse({
          name,
          phones: [{ number, label: own }],
          emails: [{ address }],
          urls: [{ url }],
          addresses: [{ street: note.slice(0, 1_000), city: name }],
          note,
        });
        const lines = readCard(vCard(given, null));
        const isOwn = lines.some((line) => line.name === "X-ABLabel");
        expect(lines.filter((line) => line.name !== "X-ABLabel").map((line) => line.name)).toEqual([
          "BEGIN",
          "VERSION",
          "N",
          "FN",
          "TEL",
          "EMAIL",
          "URL",
          "ADR",
          "NOTE",
          "END",
        ]);
        expect(named(lines, "FN")).toEqual([[carried(given.name ?? "")]]);
        expect(named(lines, "TEL")).toEqual([[carried(given.phones[0]?.number ?? "")]]);
        expect(named(lines, "EMAIL")).toEqual([[carried(given.emails[0]?.address ?? "")]]);
        expect(named(lines, "NOTE")).toEqual([[carried(note)]]);
        expect(named(lines, "ADR")[0]?.slice(2, 4)).toEqual([
          carried(given.addresses[0]?.street ?? ""),
          carried(given.addresses[0]?.city ?? ""),
        ]);
        if (isOwn) expect(named(lines, "X-ABLabel")).toEqual([[carried(given.phones[0]?.label ?? "")]]);
        const link = lines.find((line) => line.name === "URL")?.raw ?? "";
        expect(link).not.toMatch(/[\s\\]/);
      }),
    );
  });

  it("without anything to call it by is refused", () => {
    for (const nobody of [
      {},
      { phones: [{ number: "1" }] },
      { name: " " },
      { name: "a", birthday: "soon" },
    ]) {
      expect(ContactCard.safeParse(nobody).success).toBe(false);
    }
  });
});

describe("a contact card as a file", () => {
  it("is called after the person, and is a vCard", async () => {
    const { files } = openedFiles();
    const file = await files.contactCard(ContactCard.parse({ first: "Maya", last: "Lind/qvist" }));
    expect(file).toMatchObject({ name: "Maya Lind-qvist.vcf", mimeType: "text/vcard" });
    expect(named(readCard(readFileSync(files.open(file.id).path)), "FN")).toEqual([["Maya Lind/qvist"]]);
  });

  it("carries an uploaded picture", async () => {
    const { files, add } = openedFiles();
    const photo = await add("me.png", PNG);
    const file = await files.contactCard(ContactCard.parse({ name: "Maya", photo: photo.id }));
    const line = readCard(readFileSync(files.open(file.id).path)).find(({ name }) => name === "PHOTO");
    expect([line?.params, Buffer.from(line?.raw ?? "", "base64").equals(PNG)]).toEqual([
      ["ENCODING=b", "TYPE=PNG"],
      true,
    ]);
  });

  it("is refused with a picture that is none, is too large, or is not there", async () => {
    const { files, add } = openedFiles();
    const large = await add("a.png", Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]));
    const refused = (photo: string) => files.contactCard(ContactCard.parse({ name: "Maya", photo }));
    await expect(refused((await add("a.txt")).id)).rejects.toMatchObject({ code: "unsupported_media" });
    await expect(refused(large.id)).rejects.toMatchObject({ code: "payload_too_large" });
    await expect(refused("file_none")).rejects.toMatchObject({ code: "not_found" });
  });
});
