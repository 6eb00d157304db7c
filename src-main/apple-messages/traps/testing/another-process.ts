import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { runSqliteProgram } from "../../../testing/sqlite-program.ts";

let written = 0;

/**
 * Somebody writes, and the row comes from another process, which opens chat.db and closes it again. The sender
 * and the conversation are those of the newest message there. Needs the sqlite3 program.
 */
export function receiveInAnotherProcess(path: string, text: string): void {
  written += 1;
  const quoted = text.replaceAll("'", "''");
  runSqliteProgram(
    path,
    `INSERT INTO message (guid, text, handle_id, service, date, is_delivered, is_finished)
       SELECT 'OUTSIDE-${process.pid}-${written}', '${quoted}', handle_id, service, MAX(date) + 1000000, 1, 1 FROM message;
     INSERT INTO chat_message_join (chat_id, message_id, message_date)
       SELECT MAX(chat_id), (SELECT MAX(ROWID) FROM message), 0 FROM chat_message_join`,
  );
}

/** The log is gone, and nothing is lost: what it held is in chat.db. Needs the sqlite3 program. */
export function removeLogInAnotherProcess(path: string): void {
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", path, "PRAGMA wal_checkpoint(TRUNCATE);"]);
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
