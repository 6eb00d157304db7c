import { describe, expect, it } from "vitest";
import { reactionsOn } from "../../simulator/testing/reactions-on.ts";
import { at } from "../../testing/http-client.ts";
import { runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";

const DIRECT = encodeURIComponent(`any;-;${MAYA}`);

describe("what is done in Messages' window", () => {
  it("a tapback is put on a message once, and taken back", async () => {
    const { post, messages } = await runningGateway();
    const { id, guid } = messages.receive("x");
    const put = await post(`/messages/${id}/react`, { reaction: "thumbs_up" });
    expect(put.json).toMatchObject({ ok: true, outcome: "confirmed" });
    expect(reactionsOn(messages.store, guid)).toEqual(["like"]);
    const again = await post(`/messages/${guid}/react`, { reaction: "👍" });
    expect(again.json).toMatchObject({ ok: true, outcome: "already_so" });
    expect(reactionsOn(messages.store, guid)).toEqual(["like"]);
    const back = await post(`/messages/${id}/react`, { reaction: "like", remove: true });
    expect(back.json).toMatchObject({ ok: true, outcome: "confirmed" });
    expect(reactionsOn(messages.store, guid)).toEqual([]);
  });

  it("a message of one's own is edited and unsent", async () => {
    const { post, ask } = await runningGateway();
    const id = at((await post("/messages", { recipient: MAYA, body: "helo" })).json, "id");
    expect((await post(`/messages/${id}/edit`, { body: "hello" })).json).toMatchObject({
      outcome: "confirmed",
    });
    expect(at((await ask(`/messages/${id}`)).json, "body")).toBe("hello");
    expect((await post(`/messages/${id}/unsend`, {})).json).toMatchObject({ outcome: "confirmed" });
    expect(at((await ask(`/messages/${id}`)).json, "unsent")).toBe(true);
  });

  it("a conversation is read, and typing shows", async () => {
    const { post, messages } = await runningGateway();
    messages.receive("unread");
    expect((await post(`/conversations/${DIRECT}/read`, {})).json).toMatchObject({ outcome: "confirmed" });
    expect((await post(`/conversations/${DIRECT}/read`, {})).json).toMatchObject({ outcome: "already_so" });
    expect((await post(`/conversations/${DIRECT}/typing`, {})).json).toMatchObject({
      ok: true,
      outcome: "unconfirmable",
    });
    expect(messages.typing()).not.toEqual([]);
    await post(`/conversations/${DIRECT}/typing`, { state: "stop" });
    expect(messages.typing()).toEqual([]);
  });

  it("a reply answers the message it names", async () => {
    const { post, messages } = await runningGateway();
    const { guid } = messages.receive("how are you?");
    const answer = await post("/messages", { recipient: MAYA, body: "well", reply_to: guid });
    expect([answer.status, at(answer.json, "reply_to")]).toEqual([200, guid]);
    expect((await post("/messages", { recipient: MAYA, body: "x", reply_to: "nobody" })).status).toBe(404);
    expect((await post("/messages", { recipient: "+15550112", body: "x", reply_to: guid })).status).toBe(400);
  });

  it("is refused when it makes no sense", async () => {
    const { post, messages } = await runningGateway();
    const { id } = messages.receive("x");
    expect((await post(`/messages/${id}/react`, { reaction: "explode" })).status).toBe(400);
    expect((await post("/messages/999/react", { reaction: "love" })).status).toBe(404);
    expect((await post(`/messages/${id}/edit`, { body: "theirs" })).status).toBe(409);
    expect((await post(`/conversations/${DIRECT}/typing`, { state: "maybe" })).status).toBe(400);
    expect((await post("/conversations/any;-;+15559999/read", {})).status).toBe(404);
  });
});

describe("on a Mac, where it is off", () => {
  it("is 501 with the reason and the setting, and capabilities say the same", async () => {
    const { post, ask, messages } = await runningGateway({ gateway: { mode: "real" } });
    const { guid } = messages.receive("x");
    const answer = await post(`/messages/${guid}/react`, { reaction: "love" });
    expect([answer.status, at(answer.json, "error")]).toEqual([
      501,
      expect.stringMatching(/^Feature unavailable: .*accessibilityActions/),
    ]);
    const reply = await post("/messages", { recipient: MAYA, body: "x", reply_to: guid });
    expect(reply.status).toBe(501);
    const { json } = await ask("/capabilities");
    expect(at(json, "count")).toBe(6);
    expect(at(json, "limits")).toEqual({
      text_bytes: 100_000,
      file_bytes: 104_857_600,
      attachments: 20,
      audio_formats: ["caf", "m4a"],
    });
    for (const one of at(json, "data") as unknown[]) {
      expect(one).toMatchObject({
        available: false,
        experimental: true,
        reason: expect.stringContaining("accessibilityActions"),
      });
    }
  });

  it("is on with the setting, and says where macOS does not let it", async () => {
    const { ask, post, messages } = await runningGateway({
      gateway: { mode: "real", isTrusted: () => false },
      settings: { accessibilityActions: true },
    });
    const { guid } = messages.receive("x");
    const answer = await post(`/messages/${guid}/react`, { reaction: "love" });
    expect([answer.status, at(answer.json, "code")]).toEqual([503, "accessibility_denied"]);
    expect(at((await ask("/health")).json, "backend", "private_api_available")).toBe(false);
  });
});
