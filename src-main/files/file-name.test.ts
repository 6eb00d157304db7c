import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileName } from "./file-name.ts";

describe("the name of an uploaded file", () => {
  it.each([
    ["stays as it is", "Größe 漢字 👩‍👩‍👧.png", null, "Größe 漢字 👩‍👩‍👧.png"],
    ["is the last step of a path", "../../etc/passwd", null, "passwd"],
    ["… of Windows, too", "C:\\fakepath\\cat.png", null, "cat.png"],
    ["has no controls", "a\0b\r\nc\u001b[31m\u0085.txt", null, "abc[31m.txt"],
    ["reads as it is written", "photo\u202egnp.exe", null, "photognp.exe"],
    ["… however it is turned around", "\u2066a\u2069\u202ab\u202c.txt", null, "ab.txt"],
    ["is not the folder", ".", null, "file"],
    ["… nor the one above", "a/..", null, "file"],
    ["is there where none was given", null, null, "file"],
    ["… and where nothing is left of it", " \u0000/ ", "jpg", "file.jpg"],
    ["gets an ending where it has none", "holiday", "jpg", "holiday.jpg"],
    ["… numbers are none", "v1.2", "pdf", "v1.2.pdf"],
    ["… nor is a dot in front", ".profile", "txt", ".profile.txt"],
    ["keeps the ending it has", "cat.jpeg", "jpg", "cat.jpeg"],
    ["has whole characters", "half\ud800.txt", null, "half\ufffd.txt"],
  ])("%s", (_what, given, ending, name) => {
    expect(fileName(given, ending)).toBe(name);
  });

  it("is cut to 255 bytes before its ending, between characters", () => {
    const name = fileName(`${"é".repeat(300)}.png`, null);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toBe(`${"é".repeat(125)}.png`);
    expect(fileName("👍".repeat(100), "heic")).toBe(`${"👍".repeat(62)}.heic`);
  });

  it("names one file in one folder, whatever was given", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.string({ unit: fc.constantFrom("/", "\\", ".", "..", "\0", "a", "\u202e", "é", " ") }),
    );
    fc.assert(
      fc.property(fc.option(anything), fc.option(fc.constantFrom("png", "tar")), (given, ending) => {
        const name = fileName(given, ending);
        expect(name).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(["", ".", ".."]).not.toContain(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name.isWellFormed()).toBe(true);
        expect(fileName(name, ending)).toBe(name);
      }),
    );
  });
});
