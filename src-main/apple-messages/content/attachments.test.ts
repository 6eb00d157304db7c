import { rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  arriveFile,
  attachmentsOf,
  beginDownload,
  failDownload,
  receiveMessage,
} from "../../simulator/message-store.ts";
import { MAYA } from "../../testing/simulated-messages.ts";
import { toAttachment } from "./attachments.ts";
import { readMessages } from "./testing/reader.ts";

const picture = { name: "cat.png", content: new Uint8Array([1, 2, 3]) };

/** A message with one file, of which only the row is there when it is late. */
function withFile({ late }: { late: boolean }) {
  const reader = readMessages();
  const { store } = reader.messages;
  const chat = reader.messages.chatWith(MAYA);
  const { id, guid } = receiveMessage(store, { chat, from: MAYA, files: [{ ...picture, late }] });
  const file = attachmentsOf(store, id)[0];
  if (file === undefined) throw new Error("the message has no file");
  return { ...reader, store, id, guid, file, attachment: () => reader.message(id).attachments[0] };
}

describe("an attachment", () => {
  it("has a name, a type and a size, and a path where it has come to", () => {
    const { attachment, guid } = withFile({ late: false });
    expect(attachment()).toEqual({
      guid: `at_0_${guid}`,
      path: expect.stringMatching(/^\/.*\/cat\.png$/),
      name: "cat.png",
      mimeType: "image/png",
      uti: "public.png",
      sizeBytes: 3,
      state: "ready",
      isSticker: false,
      description: null,
    });
  });

  it("waits, is downloaded, and is ready", () => {
    const { attachment, store, file } = withFile({ late: true });
    expect(attachment()).toMatchObject({ state: "waiting", path: null });
    beginDownload(store, file);
    expect(attachment()).toMatchObject({ state: "downloading", path: null });
    arriveFile(store, file, picture);
    expect(attachment()).toMatchObject({ state: "ready", path: expect.any(String) });
  });

  it("fails", () => {
    const { attachment, store, file } = withFile({ late: true });
    failDownload(store, file);
    expect(attachment()).toMatchObject({ state: "failed" });
  });

  it("is missing when Messages calls it done and there is no file", () => {
    const { attachment } = withFile({ late: false });
    rmSync(attachment()?.path ?? "");
    expect(attachment()).toMatchObject({ state: "missing" });
  });

  it.each([
    ["that is a folder", "/"],
    ["with a name that no file can have", "/a\0b"],
    ["that is somewhere else", "/no/such/file.png"],
  ])("%s is missing", (_what, path) => {
    const { attachment, messages } = withFile({ late: false });
    messages.sql("UPDATE attachment SET filename = ?", path);
    expect(attachment()).toMatchObject({ state: "missing" });
  });

  it.each([0, 1])(
    "is not ready before Messages calls it done, though it is there (outgoing: %i)",
    (outgoing) => {
      const { attachment, messages } = withFile({ late: false });
      messages.sql("UPDATE attachment SET transfer_state = 0, is_outgoing = ?", outgoing);
      expect(attachment()).toMatchObject({ state: "waiting" });
      messages.sql("UPDATE attachment SET transfer_state = 3");
      expect(attachment()).toMatchObject({ state: "downloading" });
      messages.sql("UPDATE attachment SET transfer_state = 5");
      expect(attachment()).toMatchObject({ state: "ready" });
    },
  );

  it("has its home folder written out", () => {
    const { database, file, messages } = withFile({ late: false });
    messages.sql("UPDATE attachment SET filename = '~/Library/Messages/Attachments/cat.png'");
    const row = database.content.attachmentByGuid(file.guid);
    if (row === null) throw new Error("the file is not there");
    const asked: string[] = [];
    const read = toAttachment(row, null, (path) => asked.push(path) > 0);
    expect(read).toMatchObject({
      state: "ready",
      path: join(homedir(), "Library/Messages/Attachments/cat.png"),
    });
    expect(asked).toEqual([read.path]);
  });
});
