import { describe, expect, it } from "vitest";
import { at } from "../../testing/http-client.ts";
import { type RunningGateway, runningGateway } from "../../testing/running-gateway.ts";
import { MAYA } from "../../testing/simulated-messages.ts";

/** The first bytes of a PNG, and a few more. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const upload = ({ ask }: RunningGateway, name: string, body: Uint8Array | string) =>
  ask("/files", { method: "POST", headers: { "X-Filename": encodeURIComponent(name) }, body });

describe("an uploaded file", () => {
  it("is known by its bytes, and sent by its id under its own name", async () => {
    const gateway = await runningGateway();
    const { ask, post } = gateway;
    const { status, json } = await upload(gateway, "Straße 🐈.png", PNG);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      id: expect.stringMatching(/^file_[0-9a-f]{32}$/),
      name: "Straße 🐈.png",
      size: PNG.length,
      mime_type: "image/png",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const id = at(json, "id");
    expect((await ask(`/files/${id}`)).json).toEqual(json);
    const sent = await post("/messages", { recipient: MAYA, body: "look", attachments: [id] });
    expect(at(sent.json, "outbox_state")).toBe("sent");
    const item = await ask(`/outbox/${at(sent.json, "outbox_id")}`);
    expect(at(item.json, "parts", 1)).toMatchObject({ kind: "file", name: "Straße 🐈.png", state: "sent" });
    const guid = at(item.json, "parts", 1, "message_guid");
    expect((await ask(`/messages/${guid}`)).json).toMatchObject({
      attachments_info: [{ name: "Straße 🐈.png", mime_type: "image/png" }],
    });
  });

  it("comes as a form as well, and as nothing else that has no file", async () => {
    const gateway = await runningGateway();
    const form = (field: string) =>
      gateway.ask("/files", {
        method: "POST",
        headers: { "Content-Type": "multipart/form-data; boundary=b" },
        body: `--b\r\nContent-Disposition: form-data; name="file"${field}\r\n\r\nhello\r\n--b--\r\n`,
      });
    const { status, json } = await form('; filename="a.txt"');
    expect([status, at(json, "name"), at(json, "size")]).toEqual([201, "a.txt", 5]);
    expect((await form("")).status).toBe(400);
    expect((await upload(gateway, "empty.txt", "")).status).toBe(400);
  });

  it("is gone when it was removed, and cannot be sent any more", async () => {
    const gateway = await runningGateway();
    const id = at((await upload(gateway, "a.txt", "a")).json, "id");
    expect((await gateway.ask(`/files/${id}`, { method: "DELETE" })).json).toEqual({ deleted: true });
    expect((await gateway.ask(`/files/${id}`)).status).toBe(404);
    const sent = await gateway.post("/messages", { recipient: MAYA, attachments: [id] });
    expect(sent.status).toBe(404);
    expect(at((await gateway.ask("/outbox")).json, "count")).toBe(0);
  });

  it("that is sound goes as a voice message, alone", async () => {
    const gateway = await runningGateway();
    const caf = Buffer.concat([Buffer.from("caff\0\x01\0\0desc", "latin1"), Buffer.alloc(64)]);
    const id = at((await upload(gateway, "memo.caf", caf)).json, "id");
    const sent = await gateway.post("/messages", { recipient: MAYA, audio_message: id });
    expect([sent.status, at(sent.json, "outbox_state")]).toEqual([200, "sent"]);
    expect(at(sent.json, "attachments_info", 0, "name")).toBe("Audio Message.caf");
    expect((await gateway.post("/messages", { recipient: MAYA, body: "x", audio_message: id })).status).toBe(
      400,
    );
    const text = at((await upload(gateway, "notes.txt", "just text")).json, "id");
    expect((await gateway.post("/messages", { recipient: MAYA, audio_message: text })).status).toBe(415);
  });
});

describe("a contact card", () => {
  it("is made of what is given, and sent like any file", async () => {
    const { post } = await runningGateway();
    const card = await post("/contact-cards", {
      name: "Maya Lindqvist",
      phones: [{ number: MAYA, label: "mobile" }],
      emails: [{ address: "maya@example.com" }],
    });
    expect(card.status).toBe(201);
    expect(card.json).toMatchObject({ name: "Maya Lindqvist.vcf", mime_type: "text/vcard" });
    const sent = await post("/messages", { recipient: MAYA, attachments: [at(card.json, "id")] });
    expect(at(sent.json, "outbox_state")).toBe("sent");
    expect((await post("/contact-cards", { phones: [] })).status).toBe(400);
  });
});
