import { join } from "node:path";
import { Readable } from "node:stream";
import { realPorts } from "../../ports/real.ts";
import { manualTime } from "../../simulator/testing/manual-time.ts";
import { ownDatabase } from "../../testing/own-database.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { openFiles } from "../files.ts";

/** The bytes that a PNG begins with, and some more. */
export const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");

/** Files on a real disk and a real bellhop.db in `root`, in time that only the test moves. */
export function openedFiles({ root = temporaryFolder(), mostBytes = 2 ** 31 } = {}) {
  const time = manualTime();
  const complaints: unknown[] = [];
  const { database, vault, close } = ownDatabase(root);
  const folder = join(root, "files", "uploaded");
  const open = () =>
    openFiles({
      folder,
      database,
      vault,
      ...time,
      randomness: realPorts().randomness,
      complain: (thrown) => void complaints.push(thrown),
      mostBytes,
    });
  const files = open();
  return {
    root,
    folder,
    files,
    database,
    time,
    complaints,
    /** Opens them once more, as a restart does. */
    reopen: open,
    close,
    /** Uploads a file. */
    add: (name: string | null, content: string | Uint8Array = "content") =>
      files.receive({ name, body: Readable.from([Buffer.from(content)]), by: "key_1" }),
  };
}
