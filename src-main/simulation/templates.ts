import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  closeMessageStore,
  createGroup,
  ensureDirect,
  openMessageStore,
  receiveMessage,
} from "../simulator/message-store.ts";
import { seededChance } from "../simulator/seeded-chance.ts";
import { openDatabase } from "../storage/database.ts";
import { fileModeKeychain } from "../storage/keychain.ts";
import { openMeta } from "../storage/meta.ts";
import { openVault, proveVault } from "../storage/vault.ts";
import { GROUP, PEOPLE } from "./messages.ts";
import { openStage, type Stage } from "./stage.ts";
import { virtualTime } from "./virtual-time.ts";

/** What every seed begins with, made once for each process. */
export interface Templates {
  /** A fresh folder with a bellhop.db that nobody has used. */
  folder(): string;
  /** A chat.db as it is at the beginning. */
  stage(): Stage;
  remove(): void;
}

const FILES = ["bellhop.db", fileModeKeychain.keyFile];

/** In memory where the system has a folder for that, else where temporary files are. */
const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A chat.db of macOS 26 with its chats and two old messages, and an empty bellhop.db. */
export function makeTemplates(): Templates {
  const base = mkdtempSync(join(BASE, "bellhop-sim-"));
  const origin = join(base, "template");
  mkdirSync(origin);
  const { clock } = virtualTime();
  const randomness = seededChance(1);
  const store = openMessageStore({ path: join(origin, "chat.db"), macos: 26, clock, randomness });
  for (const address of PEOPLE) ensureDirect(store, address);
  createGroup(store, { name: GROUP, addresses: PEOPLE });
  for (const text of ["old", "older"]) {
    const chat = ensureDirect(store, PEOPLE[0]);
    receiveMessage(store, { chat, from: PEOPLE[0], text, at: clock.now() - 90_000 });
  }
  closeMessageStore(store);
  const database = openDatabase(join(origin, "bellhop.db"));
  proveVault(openVault(origin, fileModeKeychain, randomness), openMeta(database), origin);
  database.close();

  let stage: Stage | null = null;
  return {
    folder() {
      const folder = mkdtempSync(join(base, "seed-"));
      for (const file of FILES) copyFileSync(join(origin, file), join(folder, file));
      return folder;
    },
    stage() {
      if (stage === null || !stage.restore()) {
        stage?.close();
        stage = openStage(mkdtempSync(join(base, "chat-")), join(origin, "chat.db"));
      }
      return stage;
    },
    remove() {
      stage?.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
