import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { CONTACTS } from "./contacts.ts";
import { type ContactKey, SCRIPTS, type Script } from "./history-script.ts";
import { type Macos, STYLE_GROUP } from "./macos.ts";
import {
  type Actor,
  addParticipant,
  type Conversation,
  closeMessageStore,
  createGroup,
  createPoll,
  editMessage,
  ensureDirect,
  findMessage,
  linkPreview,
  type MessageDraft,
  markDelivered,
  markRead,
  type NewFile,
  oneTimeCode,
  openMessageStore,
  placeSticker,
  react,
  receiveMessage,
  renameGroup,
  type Store,
  sendMessage,
  transact,
  unsendMessage,
  voiceNote,
  votePoll,
} from "./message-store.ts";
import { assertNotRealMessages } from "./real-messages-guard.ts";
import { samplePicture } from "./sample-files.ts";
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
    return ensureDirect(store, first.address, script.service ?? first.service);
  return createGroup(store, { name: script.group ?? null, addresses: people.map(({ address }) => address) });
}

function writeLine(scene: Scene, line: string, at: number): void {
  const [head = "", ...extras] = line.split(" | ");
  const said = /^(\w*)([<>*]) (.*)$/s.exec(head);
  if (said === null) throw new Error(`Not a line of history: ${line}`);
  const [, name = "", direction, text = ""] = said;
  const by = direction === ">" ? "me" : person(scene, name === "" ? "them" : name);
  if (direction === "*") {
    changeGroup(scene, by, text, at);
    return;
  }
  const told = new Map(extras.map((extra) => splitWord(extra)));
  const options = told.get("poll");
  // Polls came with macOS 26, and who has none sees nothing of them.
  if (options !== undefined && scene.store.macos < 26) return;
  const guid =
    options === undefined
      ? writeText(scene, by, { text, told, at })
      : createPoll(scene.store, { chat: scene.chat, by, title: text, options: options.split(", "), at }).guid;
  scene.guids.push(guid);
  happen(scene, guid, extras, at);
}

/** A message as the script has it, its extras by name. */
interface Told {
  text: string;
  told: ReadonlyMap<string, string>;
  at: number;
}

function changeGroup({ store, chat }: Scene, by: Actor, change: string, at: number): void {
  const [what, rest] = splitWord(change);
  if (what === "rename") renameGroup(store, { chat, by, name: rest, at });
  else addParticipant(store, { chat, by, address: CONTACTS[contactKey(rest)].address, at });
}

function writeText(scene: Scene, by: Actor, line: Told): string {
  const { store, chat, now } = scene;
  const draft = draftOf(scene, line);
  if (by !== "me") {
    const read = now - line.at > UNREAD_WITHIN;
    return receiveMessage(store, { ...draft, from: by.address, read }).guid;
  }
  const { id, guid } = sendMessage(store, { ...draft, state: "sent" });
  markDelivered(store, id, line.at + 900);
  if (chat.style !== STYLE_GROUP && draft.service !== "SMS")
    markRead(store, findMessage(store, guid), line.at + 20_000);
  return guid;
}

function draftOf({ chat, guids, script }: Scene, { text, told, at }: Told) {
  const files: NewFile[] = [];
  const picture = told.get("picture");
  if (picture !== undefined) files.push({ name: picture, content: samplePicture((guids.length * 47) % 360) });
  const replyTo = guids.at(-Number(told.get("reply") ?? 0));
  const effect = told.get("effect");
  return {
    chat,
    text,
    files,
    at,
    service: script.service ?? chat.service,
    ...contentOf(text, told),
    ...(told.has("reply") && replyTo !== undefined ? { replyTo } : {}),
    ...(effect === undefined ? {} : { effect }),
  };
}

/** What a line is that is more than text and pictures. */
function contentOf(text: string, told: Told["told"]): Pick<MessageDraft, "text" | "files" | "columns"> {
  if (told.has("voice")) return voiceNote(told.get("heard"));
  const title = told.get("link");
  if (title !== undefined) return linkPreview({ url: text, title, siteName: new URL(text).host });
  const code = told.get("code");
  return code === undefined ? {} : oneTimeCode(text, code);
}

function happen(scene: Scene, guid: string, extras: readonly string[], at: number): void {
  const { store } = scene;
  for (const extra of extras) {
    const [what, rest] = splitWord(extra);
    const [who, kind] = splitWord(rest);
    const by = (): Actor => (who === "me" ? "me" : person(scene, who));
    if (what === "tapback") react(store, { target: guid, by: by(), kind, at: at + 15_000 });
    if (what === "vote") votePoll(store, { poll: guid, by: by(), options: [kind], at: at + 30_000 });
    if (what === "sticker") {
      const picture = { name: "sticker.png", content: samplePicture(300) };
      placeSticker(store, { target: guid, by: by(), picture, at: at + 20_000 });
    }
    // macOS 12 knows neither.
    if (store.macos < 13) continue;
    if (what === "edit") editMessage(store, { guid, text: rest, at: at + 40_000 });
    if (what === "unsend") unsendMessage(store, { guid, at: at + 25_000 });
  }
}

function person({ script }: Scene, name: string): Exclude<Actor, "me"> {
  const key = name === "them" ? script.people[0] : contactKey(name);
  if (key === undefined) throw new Error("Nobody is in this conversation of the history.");
  return { address: CONTACTS[key].address };
}

function contactKey(name: string): ContactKey {
  if (!isContactKey(name)) throw new Error(`Nobody in the history is called ${name}.`);
  return name;
}

function isContactKey(name: string): name is ContactKey {
  return Object.hasOwn(CONTACTS, name);
}

function splitWord(text: string): [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}
