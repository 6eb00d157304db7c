import { describe, expect, it } from "vitest";
import { fileFor, headersFor } from "./renderer-files.ts";

const folder = "/app/dist/renderer";

describe("app://bellhop", () => {
  it("serves the window at its root", () => {
    expect(fileFor(folder, "app://bellhop/")).toBe("/app/dist/renderer/index.html");
    expect(fileFor(folder, "app://bellhop/index.html#webhooks")).toBe("/app/dist/renderer/index.html");
  });

  it("serves what lies in its folder, without the query", () => {
    expect(fileFor(folder, "app://bellhop/assets/index-1.js?v=2")).toBe(
      "/app/dist/renderer/assets/index-1.js",
    );
    expect(fileFor(folder, "app://bellhop/a%20b.png")).toBe("/app/dist/renderer/a b.png");
  });

  it.each([
    "app://bellhop/../main.js",
    "app://bellhop/..%2fmain.js",
    "app://bellhop/%2e%2e%2fmain.js",
    "app://bellhop/assets/%2e%2e/%2e%2e%2f%2e%2e%2fetc/passwd",
    "app://bellhop/..%5cmain.js",
    "app://bellhop/..%2frenderer-of-another/x.js",
    "app://bellhop/%00",
    "app://bellhop/%zz",
  ])("never leaves it: %s", (address) => {
    const file = fileFor(folder, address);
    expect(file === null || file.startsWith(`${folder}/`)).toBe(true);
  });

  it.each(["app://other/index.html", "https://bellhop/index.html", "file:///etc/passwd", "nonsense", ""])(
    "answers for no other place: %s",
    (address) => expect(fileFor(folder, address)).toBeNull(),
  );

  it("lets nothing inline or foreign run", () => {
    const headers = headersFor("/app/dist/renderer/index.html");
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
  });
});
