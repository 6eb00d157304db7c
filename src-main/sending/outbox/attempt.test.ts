import { describe, expect, it } from "vitest";
import { targetsOf } from "./attempt.ts";

const MAYA = "+15550111";
const DIRECT = `any;-;${MAYA}`;
const GROUP = "any;+;chat1";
const person = (service: string) => ({ kind: "participant", address: MAYA, service });
const chat = (guid: string) => ({ kind: "chat", guid });

describe("without a service that was asked for", () => {
  it("a chat is tried as stored, under the other services, and then its person by the chat's own service", () => {
    expect(targetsOf(`iMessage;-;${MAYA}`, { guid: DIRECT, services: ["SMS"] }, null)).toEqual([
      chat(DIRECT),
      chat(`iMessage;-;${MAYA}`),
      chat(`SMS;-;${MAYA}`),
      chat(`RCS;-;${MAYA}`),
      person("SMS"),
    ]);
  });

  it.each([
    [DIRECT, "iMessage"],
    [`SMS;-;${MAYA}`, "SMS"],
    [`RCS;-;${MAYA}`, "RCS"],
  ])("a chat that is not there yet (%s) is its person by %s", (guid, service) => {
    expect(targetsOf(guid, null, null)).toEqual([person(service)]);
  });

  it("a group is its chat alone", () => {
    const targets = targetsOf(GROUP, { guid: GROUP, services: ["iMessage"] }, null);
    expect(new Set(targets.map(({ kind }) => kind))).toEqual(new Set(["chat"]));
  });
});

describe("with a service that was asked for", () => {
  it.each([
    ["a chat of several services", { guid: DIRECT, services: ["iMessage", "SMS"] as const }],
    ["a chat of another one", { guid: `iMessage;-;${MAYA}`, services: ["iMessage"] as const }],
    ["no chat", null],
  ])("only the person of that account is sent to: %s", (_what, known) => {
    expect(targetsOf(DIRECT, known, "SMS")).toEqual([person("SMS")]);
  });

  it.each([DIRECT, `SMS;-;${MAYA}`])("so is the chat whose service it is: %s", (guid) => {
    expect(targetsOf(guid, { guid, services: ["SMS"] }, "SMS")).toEqual([chat(guid), person("SMS")]);
  });

  it("a group of another service is refused", () => {
    const unavailable = expect.objectContaining({ code: "service_unavailable" });
    expect(() => targetsOf(GROUP, { guid: GROUP, services: ["iMessage"] }, "SMS")).toThrow(unavailable);
    expect(() => targetsOf("iMessage;+;chat1", null, "SMS")).toThrow(unavailable);
    expect(targetsOf(GROUP, { guid: GROUP, services: ["SMS"] }, "SMS")).toContainEqual(chat(GROUP));
    expect(targetsOf(GROUP, { guid: GROUP, services: [] }, "SMS")).toContainEqual(chat(GROUP));
  });
});
