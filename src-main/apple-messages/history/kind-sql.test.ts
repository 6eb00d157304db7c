import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { MESSAGE_KINDS } from "../../../src-shared/domain/message.ts";
import { MACOS_VERSIONS } from "../../simulator/macos.ts";
import { simulatedMessages } from "../../testing/simulated-messages.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { probeColumns } from "../columns.ts";
import { openChatDatabase } from "../connection.ts";
import { kindOf } from "../content/kind.ts";
import { kindBit, kindMask } from "./kind-sql.ts";

const OWN = "the row itself";
const APP = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000";
const rows = fc.record({
  associated_message_type: fc.constantFrom(
    0,
    2,
    3,
    1000,
    1999,
    2000,
    2007,
    2008,
    3000,
    3007,
    3008,
    4000,
    5000,
  ),
  associated_message_guid: fc.constantFrom(
    null,
    "",
    OWN,
    `p:0/${OWN}`,
    `bp:${OWN}`,
    "p:1/OTHER",
    "bp:OTHER",
    "OTHER",
  ),
  item_type: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7),
  is_audio_message: fc.constantFrom(0, 1),
  payload_data: fc.constantFrom(null, Buffer.from("payload")),
  balloon_bundle_id: fc.constantFrom(
    null,
    "",
    "com.apple.messages.URLBalloonProvider",
    "com.apple.Handwriting.HandwritingProvider",
    "com.apple.DigitalTouchBalloonProvider",
    "com.apple.messages.Polls",
    `${APP}:com.apple.messages.Polls`,
    `${APP}:com.example.game`,
  ),
});

it.each(MACOS_VERSIONS)("macOS %i: SQL sorts rows into the kinds that reading them does", (macos) => {
  const messages = simulatedMessages(temporaryFolder(), { macos });
  const { id, guid } = messages.receive("any");
  const reader = openChatDatabase(messages.path);
  onTestFinished(() => reader.close());
  const { database } = messages.store;
  const bit = database
    .prepare<[], number>(`SELECT ${kindBit(probeColumns(database, "message"))} FROM message m`)
    .pluck();
  fc.assert(
    fc.property(rows, (row) => {
      const values = {
        ...row,
        associated_message_guid: row.associated_message_guid?.replace(OWN, guid) ?? null,
      };
      const names = Object.keys(values).map((name) => `${name} = @${name}`);
      database.prepare(`UPDATE message SET ${names.join(", ")} WHERE ROWID = ${id}`).run(values);
      const read = reader.messages.byRowId(id);
      const kind = read === null ? null : kindOf(read);
      const allowing = MESSAGE_KINDS.filter((one) => (kindMask([one]) & (bit.get() ?? 0)) !== 0);
      // A payload whose balloon has no name may be a link's preview: reading it tells.
      const isUnclear = kind === "message" && row.payload_data !== null;
      expect(allowing).toEqual(isUnclear ? ["message", "link"] : [kind]);
    }),
    { numRuns: 500 },
  );
});
