import type { Macos } from "../macos.ts";
import { upgradeSchema } from "../schema/upgrade-schema.ts";
import { prepareStatements } from "./statements.ts";
import { type Store, transact } from "./store.ts";

/**
 * Rewrites every conversation's guid in place to `any;-;…` or `any;+;…`, as the upgrade to macOS 26 did;
 * messages keep theirs. Where a person had a conversation for each service, all become the oldest.
 * Returns how many guids changed.
 */
export function rewriteChatGuids(store: Store): number {
  return transact(store, () => {
    let changed = 0;
    for (const { id, guid, identifier, service } of store.sql.allChats.all()) {
      const separator = guid.indexOf(";");
      if (separator < 0 || guid.startsWith("any;")) continue;
      const wanted = `any${guid.slice(separator)}`;
      const into = store.sql.chatByGuid.get(wanted)?.id;
      if (into === undefined) store.sql.setChatGuid.run(wanted, id);
      else merge(store, id, into);
      store.sql.insertLookup?.run(identifier, service, into ?? id);
      store.sql.insertService?.run(service, into ?? id);
      changed++;
    }
    return changed;
  });
}

/**
 * Upgrades the database of an older macOS where it lies: what `to` has more of tables and columns, and, from
 * 26 on, the conversations' guids. The store goes on as one of the new version.
 */
export function upgradeMacos(store: Store, to: Macos): void {
  upgradeSchema(store.database, store.macos, to);
  store.macos = to;
  store.sql = prepareStatements(store.database, to);
  if (to >= 26) rewriteChatGuids(store);
}

function merge(store: Store, from: number, into: number): void {
  const { database } = store;
  for (const table of ["chat_message_join", "chat_handle_join"]) {
    database.prepare(`UPDATE OR IGNORE ${table} SET chat_id = ? WHERE chat_id = ?`).run(into, from);
  }
  store.sql.moveRecoverable?.run(into, from);
  store.sql.deleteChat.run(from);
}
