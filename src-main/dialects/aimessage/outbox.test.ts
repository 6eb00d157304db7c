import { describe, expect, it } from "vitest";
import { at } from "../../testing/http-client.ts";
import { type RunningGateway, runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { until } from "../../testing/until.ts";

const PAUSED = { sendingPausedAt: 1 };

async function state({ ask }: RunningGateway, id: unknown): Promise<unknown> {
  return at((await ask(`/outbox/${id}`)).json, "state");
}

describe("GET /outbox/:id", () => {
  it("has the item with its parts", async () => {
    const { ask, post } = await runningGateway();
    const sent = await post("/messages", { recipient: MAYA, body: "hello 👋" });
    const { status, json } = await ask(`/outbox/${at(sent.json, "outbox_id")}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: at(sent.json, "outbox_id"),
      state: "sent",
      conversation_id: expect.stringContaining(MAYA),
      service: null,
      reply_to: null,
      code: null,
      reason: null,
      parts: [
        {
          kind: "text",
          text: "hello 👋",
          name: null,
          size: 10,
          state: "sent",
          message_guid: at(sent.json, "guid"),
        },
      ],
    });
  });

  it("follows what becomes of the message, with an event for each step", async () => {
    const gateway = await runningGateway();
    const { post, messages, ask } = gateway;
    const id = at((await post("/messages", { recipient: MAYA, body: "hi" })).json, "outbox_id");
    messages.sql("UPDATE message SET is_delivered = 1, date_delivered = date WHERE is_from_me = 1");
    await until("it to be delivered", async () => (await state(gateway, id)) === "delivered");
    messages.sql("UPDATE message SET is_read = 1, date_read = date WHERE is_from_me = 1");
    await until("it to be read", async () => (await state(gateway, id)) === "read");
    const events = await ask("/events?types=outbox.updated,message.sent,message.delivered,message.read");
    const told = (at(events.json, "data") as unknown[]).map((event) => [
      at(event, "type"),
      at(event, "data", "state") ?? at(event, "data", "outbox_id"),
    ]);
    expect(told).toEqual([
      ["message.sent", id],
      ["outbox.updated", "sent"],
      ["message.delivered", id],
      ["outbox.updated", "delivered"],
      ["message.read", id],
      ["outbox.updated", "read"],
    ]);
  });

  it("is 404 for one that is not there", async () => {
    const { ask, post } = await runningGateway();
    expect((await ask("/outbox/out_0")).status).toBe(404);
    expect((await post("/outbox/out_0/retry", {})).status).toBe(404);
    expect((await post("/outbox/out_0/cancel", {})).status).toBe(404);
  });
});

describe("GET /outbox", () => {
  it("lists the newest first, by state, page by page", async () => {
    const { ask, post } = await runningGateway({ settings: PAUSED });
    const ids: unknown[] = [];
    for (const body of ["one", "two", "three"]) {
      ids.unshift(at((await post("/messages", { recipient: MAYA, body })).json, "outbox_id"));
    }
    await post(`/outbox/${ids[0]}/cancel`, {});
    const idsIn = async (query: string) =>
      (at((await ask(`/outbox${query}`)).json, "data") as unknown[]).map((item) => at(item, "id"));
    expect(await idsIn("")).toEqual(ids);
    expect(await idsIn("?limit=2")).toEqual(ids.slice(0, 2));
    expect(at((await ask("/outbox?limit=2")).json, "next_before")).toBe(ids[1]);
    expect(at((await ask("/outbox")).json, "next_before")).toBeNull();
    expect(await idsIn(`?limit=2&before=${ids[1]}`)).toEqual(ids.slice(2));
    expect(await idsIn("?state=queued")).toEqual(ids.slice(1));
    expect(await idsIn("?state=failed")).toEqual(ids.slice(0, 1));
    for (const query of ["?state=lost", "?limit=0", "?before=out_0", "?colour=red"]) {
      expect([query, (await ask(`/outbox${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe("POST /outbox/:id/cancel", () => {
  it("takes back what waits, and nothing that went", async () => {
    const gateway = await runningGateway({ settings: PAUSED });
    const { post } = gateway;
    const started = performance.now();
    const waiting = await post("/messages", { recipient: MAYA, body: "later", wait: 30_000 });
    expect(waiting.json).toMatchObject({
      guid: "",
      outbox_state: "queued",
      outbox_reason: expect.stringContaining("paused"),
    });
    expect((await post(`/outbox/${at(waiting.json, "outbox_id")}/retry`, { service: "SMS" })).status).toBe(
      400,
    );
    // It is clear at once that it waits for the pause to end.
    expect(performance.now() - started).toBeLessThan(10_000);
    const id = at(waiting.json, "outbox_id");
    const cancelled = await post(`/outbox/${id}/cancel`, {});
    expect([cancelled.status, at(cancelled.json, "state"), at(cancelled.json, "code")]).toEqual([
      200,
      "failed",
      "cancelled",
    ]);
    expect((await post(`/outbox/${id}/cancel`, {})).status).toBe(409);
    await gateway.gateway.control.call("sending.pause", { paused: false });
    const sent = await post("/messages", { recipient: MAYA, body: "now" });
    expect((await post(`/outbox/${at(sent.json, "outbox_id")}/cancel`, {})).status).toBe(409);
    expect((await post(`/outbox/${at(sent.json, "outbox_id")}/retry`, {})).status).toBe(409);
    expect(await state(gateway, id)).toBe("failed");
  });
});
