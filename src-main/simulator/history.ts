import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { CONTACTS } from "./contacts.ts";
import { type ContactKey, SCRIPTS, type Script } from "./history-script.ts";
import { type Macos, STYLE_GROUP } from "./macos.ts";
import {
  type Actor,
  type Conversation,
  closeMessageStore,
  createGroup,
  editMessage,
  ensureDirect,
  findMessage,
  markDelivered,
  markRead,
  type NewFile,
  openMessageStore,
  react,
  receiveMessage,
  renameGroup,
  type Store,
  sendMessage,
  transact,
  unsendMessage,
} from "./message-store.ts";
import { assertNotRealMessages } from "./real-messages-guard.ts";
import { samplePicture, sampleVoiceNote } from "./sample-files.ts";
import { seededChance } from "./seeded-chance.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SEED = 20_010_101;
/** What came later than this is still unread, as after a night's sleep. */
const UNREAD_WITHIN = HOUR;

/**
 * Makes a simulated chat.db with a believable past, unless there is one already; true when it made one.
 * It is built under another name and put in place whole, so a crash leaves no half of it. The same `now` and
 * version give the same guids and dates. Throws RealMessagesRefused under ~/Library/Messages.
 */
export function ensureSimulatedDatabase(options: {
  chatDbPath: string;
  macos: Macos;
  clock: Clock;
}): boolean {
  const path = resolve(options.chatDbPath);
  assertNotRealMessages(path);
  if (existsSync(path)) return false;
  const draft = join(dirname(path), "chat.db.new");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(draft + suffix, { force: true });
  const randomness = seededChance(SEED);
  const store = openMessageStore({ path: draft, macos: options.macos, clock: options.clock, randomness });
  try {
    writeHistory(store, options.clock.now());
  } finally {
    closeMessageStore(store);
  }
  renameSync(draft, path);
  return true;
}

/** Writes two weeks of conversations that end shortly before `now` (milliseconds since 1970). */
export function writeHistory(store: Store, now: number): void {
  const chance = seededChance(SEED + 1);
  transact(store, () => {
    const chats = SCRIPTS.map((script) => ({
      script,
      chat: conversationOf(store, script),
      guids: [] as string[],
    }));
    // In the order of time, so that ROWIDs rise with dates as they mostly do on a Mac.
    const episodes = chats.flatMap((chat) => chat.script.episodes.map((episode) => ({ ...chat, episode })));
    episodes.sort((a, b) => b.episode.hoursAgo - a.episode.hoursAgo);
    for (const { script, chat, guids, episode } of episodes) {
      let at = now - episode.hoursAgo * HOUR;
      for (const line of episode.lines) {
        writeLine({ store, script, chat, guids, now }, line, Math.round(at));
        // An episode stays within about half an hour, so none runs past now.
        at += (0.3 + chance.fraction() * 2.5) * MINUTE;
      }
    }
  });
}

interface Scene {
  store: Store;
  script: Script;
  chat: Conversation;
  /** The messages so far, for replies. */
  guids: string[];
  now: number;
}

function conversationOf(store: Store, script: Script): Conversation {
  const people = script.people.map((key) => CONTACTS[key]);
  const [first] = people;
  if (script.group === undefined && first !== undefined)
    return ensureDirect(store, first.address, first.service);
  return createGroup(store, { name: script.group ?? null, addresses: people.map(({ address }) => address) });
}

function writeLine(scene: Scene, line: string, at: number): void {
  const [head = "", ...extras] = line.split(" | ");
  const said = /^(\w*)([<>*]) (.*)$/s.exec(head);
  if (said === null) throw new Error(`Not a line of history: ${line}`);
  const [, name = "", direction, text = ""] = said;
  const by = direction === ">" ? "me" : person(scene, name === "" ? "them" : name);
  if (direction === "*") {
    renameGroup(scene.store, { chat: scene.chat, by, name: text.replace("rename ", ""), at });
    return;
  }
  const told = new Map(extras.map((extra) => splitWord(extra)));
  const guid = by === "me" ? write(scene, text, told, at) : receive(scene, by.address, text, told, at);
  scene.guids.push(guid);
  happen(scene, guid, extras, at);
}

function write(scene: Scene, text: string, told: ReadonlyMap<string, string>, at: number): string {
  const { store, chat } = scene;
  const { id, guid } = sendMessage(store, { ...draftOf(scene, text, told, at), state: "sent" });
  markDelivered(store, id, at + 900);
  if (chat.style !== STYLE_GROUP && chat.service !== "SMS")
    markRead(store, findMessage(store, guid), at + 20_000);
  return guid;
}

function receive(
  scene: Scene,
  from: string,
  text: string,
  told: ReadonlyMap<string, string>,
  at: number,
): string {
  const draft = draftOf(scene, text, told, at);
  return receiveMessage(scene.store, { ...draft, from, read: scene.now - at > UNREAD_WITHIN }).guid;
}

function draftOf({ chat, guids }: Scene, text: string, told: ReadonlyMap<string, string>, at: number) {
  const files: NewFile[] = [];
  const picture = told.get("picture");
  if (picture !== undefined) files.push({ name: picture, content: samplePicture((guids.length * 47) % 360) });
  const voice = told.get("voice");
  if (voice !== undefined) files.push({ name: voice, content: sampleVoiceNote() });
  const replyTo = guids.at(-Number(told.get("reply") ?? 0));
  const effect = told.get("effect");
  return {
    chat,
    text: voice === undefined ? text : "",
    files,
    at,
    ...(told.has("reply") && replyTo !== undefined ? { replyTo } : {}),
    ...(effect === undefined ? {} : { effect }),
  };
}

function happen(scene: Scene, guid: string, extras: readonly string[], at: number): void {
  const { store } = scene;
  for (const extra of extras) {
    const [what, rest] = splitWord(extra);
    const [who, kind] = splitWord(rest);
    if (what === "tapback")
      react(store, { target: guid, by: who === "me" ? "me" : person(scene, who), kind, at: at + 15_000 });
    if (what === "edit") editMessage(store, { guid, text: rest, at: at + 40_000 });
    if (what === "unsend") unsendMessage(store, { guid, at: at + 25_000 });
  }
}

function person({ script }: Scene, name: string): Exclude<Actor, "me"> {
  const key = name === "them" ? script.people[0] : (name as ContactKey);
  if (key === undefined || !(key in CONTACTS)) throw new Error(`Nobody in the history is called ${name}.`);
  return { address: CONTACTS[key].address };
}

function splitWord(text: string): [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}
