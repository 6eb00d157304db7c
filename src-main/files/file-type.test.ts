import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { typeOf } from "./file-type.ts";
import { PNG } from "./testing/opened-files.ts";

const head = (text: string): Buffer => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(64)]);

describe("the type of a file", () => {
  it.each([
    ["what its first bytes say", PNG, "cat.txt", "image/png", "png"],
    ["a sound's", head("caff\0\u0001\0\0desc"), "x", "audio/x-caf", "caf"],
    ["else what its name says", head("hello"), "notes.TXT", "text/plain", null],
    ["else nobody knows", head("hello"), "notes", "application/octet-stream", null],
    [
      "of what is packed: what the name says",
      head("PK\u0003\u0004"),
      "a.docx",
      expect.stringMatching(/word/),
      null,
    ],
    ["… where it says something", head("PK\u0003\u0004"), "a.dat", "application/zip", "zip"],
    ["sound in a film's clothes", head("\0\0\0\u0020ftypisom"), "a.m4a", "audio/x-m4a", null],
    ["a film", head("\0\0\0\u0020ftypisom"), "a.mp4", "video/mp4", "mp4"],
  ])("is %s", async (_what, bytes, name, type, ending) => {
    expect(await typeOf(bytes, name)).toEqual({ type, ending });
  });

  it("is found for any bytes, by the first 4,100 of them alone", async () => {
    const begin = fc.constantFrom(
      "PK\u0003\u0004",
      "ID3\u0004",
      "\u001aE\xdf\xa3",
      "RIFF",
      "OggS",
      "\0\0\0\u0020ftyp",
      "%PDF",
      "FORM",
      "MM\0*",
      "II*\0",
    );
    await fc.assert(
      fc.asyncProperty(begin, fc.uint8Array({ maxLength: 5_000 }), async (magic, rest) => {
        const bytes = Buffer.concat([Buffer.from(magic, "latin1"), rest]);
        const { type } = await typeOf(bytes, "file");
        expect(type).toMatch(/^[\x21-\x7e]+\/[\x21-\x7e]+$/);
        expect(
          await typeOf(
            Buffer.concat([bytes.subarray(0, 4_100), Buffer.alloc(50)]).subarray(
              0,
              Math.min(bytes.length, 4_100),
            ),
            "file",
          ),
        ).toMatchObject({ type });
      }),
    );
  });
});
