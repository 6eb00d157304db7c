import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAllowList } from "./allow-list.ts";

const hosts = (entries: string[], asked: string[]): string[] =>
  asked.filter(readAllowList(entries).allowsHost);
const addresses = (entries: string[], asked: string[]): string[] =>
  asked.filter(readAllowList(entries).allowsAddress);

describe("the list of what alone may be reached", () => {
  it("is empty when nothing is in it, and not when nothing in it makes sense", () => {
    expect(readAllowList([]).isEmpty).toBe(true);
    expect(readAllowList(["what is this"]).isEmpty).toBe(false);
    expect(readAllowList([""]).isEmpty).toBe(false);
  });

  it("names hosts, and with a star every name below one", () => {
    const asked = [
      "example.com",
      "a.example.com",
      "b.a.example.com",
      "badexample.com",
      "example.com.evil.net",
    ];
    expect(hosts(["example.com"], asked)).toEqual(["example.com"]);
    expect(hosts(["*.example.com"], asked)).toEqual(["a.example.com", "b.a.example.com"]);
    expect(hosts(["*.example.com", "EXAMPLE.com."], asked)).toEqual(asked.slice(0, 3));
  });

  it("knows names of any script and names without a dot", () => {
    expect(hosts(["Bücher.example", "nas"], ["xn--bcher-kva.example", "nas", "bas"])).toHaveLength(2);
  });

  it("names networks and addresses", () => {
    const asked = ["10.0.0.7", "10.1.0.0", "::ffff:10.0.0.7", "64:ff9b::a00:7", "2600::1", "2600:1::"];
    expect(addresses(["10.0.0.0/16"], asked)).toEqual(["10.0.0.7", "::ffff:10.0.0.7", "64:ff9b::a00:7"]);
    expect(addresses(["10.0.0.7"], asked)).toEqual(["10.0.0.7", "::ffff:10.0.0.7", "64:ff9b::a00:7"]);
    expect(addresses(["2600::/32", " [::1] "], [...asked, "::1"])).toEqual(["2600::1", "::1"]);
    expect(addresses(["64:ff9b::/96"], asked)).toEqual(["64:ff9b::a00:7"]);
    expect(addresses(["0.0.0.0/0"], asked)).toHaveLength(4);
  });

  it("does not take one half of an address for the whole", () => {
    // Teredo: the server 8.8.8.8 is listed, the client 10.0.0.7 is not.
    expect(addresses(["8.8.8.8"], ["2001:0:808:808:0:ffff:f5ff:fff8"])).toEqual([]);
  });

  it.each([
    "",
    " ",
    "*",
    "*.",
    "*.*",
    "**.example.com",
    "example.*",
    "example.com:443",
    "https://example.com",
    "example.com/hook",
    "example.com?x",
    "example.com#x",
    "me@example.com",
    "example.com\\x",
    "exam\tple.com",
    "ex%61mple.com",
    "a b",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "/8",
    "::/129",
    "10.0.0/8",
    "0x0a000007",
    "fe80::1%en0",
    "..",
    ".example.com",
  ])("allows nothing by an entry that is none of these: %j", (entry) => {
    const asked = ["example.com", "a.example.com", "10.0.0.7", "fe80::1", "::1", "", "."];
    expect([hosts([entry], asked), addresses([entry], asked)]).toEqual([[], []]);
  });

  it("never throws, whatever somebody wrote", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), fc.string(), (entries, asked) => {
        const list = readAllowList(entries);
        expect([typeof list.allowsHost(asked), typeof list.allowsAddress(asked)]).toEqual([
          "boolean",
          "boolean",
        ]);
      }),
    );
  });
});
