import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import { parseFaults, planFaults } from "../simulator/faults.ts";
import type { Service } from "../simulator/macos.ts";
import {
  type Actor,
  addParticipant,
  closeMessageStore,
  createGroup,
  editMessage,
  ensureDirect,
  failMessage,
  findConversation,
  findMessage,
  leaveGroup,
  type MessageRow,
  markRead,
  NotInMessages,
  openMessageStore,
  participantsOf,
  REACTION_KINDS,
  react,
  receiveMessage,
  removeParticipant,
  removeReaction,
  renameGroup,
  type Store,
  unsendMessage,
} from "../simulator/message-store.ts";
import { defaultDataFolder } from "../storage/data-folder.ts";

/** What the command needs of the outside world. */
export interface SimulatePorts {
  clock: Clock;
  randomness: Randomness;
}

/** One line of JSON about what was made. */
type Outcome = Readonly<Record<string, unknown>>;

/**
 * The command `simulate`: makes things happen in simulated Messages, as if other people did them. Every
 * subcommand prints one line of JSON per thing it made and throws an Error that names the fix otherwise.
 */
export function simulateCommand(ports: SimulatePorts): Command {
  const command = new Command("simulate").description("Makes things happen in simulated Messages.");
  const add = (name: string, about: string): Command =>
    command.command(name).description(about).addOption(dataDir());
  const group = command.command("group").description("Changes groups.");
  const addGroup = (name: string, about: string): Command =>
    group.command(name).description(about).addOption(dataDir());

  add("receive", "Somebody writes to this Mac.")
    .requiredOption("--from <address>", "the sender's phone number or email address")
    .option("--text <text>", "what they say", "")
    .option("--group <id>", "in this group: its guid, identifier or name")
    .option("--attach <file>", "a file they send with it")
    .addOption(new Option("--service <service>").choices(["iMessage", "SMS", "RCS"]))
    .option("--reply-to <guid>", "the message they reply to, or last")
    .option("--effect <id>", "a bubble or screen effect's identifier")
    .option("--count <n>", "so many messages, numbered", wholeNumber, 1)
    .action(run(ports, receive));
  add("react", "Somebody reacts to a message.")
    .requiredOption("--to <guid>", "the message, or last")
    .requiredOption("--kind <kind>", `${REACTION_KINDS.join(", ")}, or an emoji`)
    .option("--from <address>", "who; otherwise the other person of the conversation")
    .option("--remove", "take it back")
    .action(run(ports, reaction));
  add("edit", "Somebody edits a message.")
    .requiredOption("--message <guid>", "the message, or last")
    .requiredOption("--text <text>", "its new text")
    .action(
      run(ports, (store, options: { message: string; text: string }) => {
        const { guid } = messageNamed(store, options.message);
        editMessage(store, { guid, text: options.text });
        return [{ guid, edited: true }];
      }),
    );
  add("unsend", "Somebody unsends a message.")
    .requiredOption("--message <guid>", "the message, or last")
    .action(
      run(ports, (store, options: { message: string }) => {
        const { guid } = messageNamed(store, options.message);
        unsendMessage(store, { guid });
        return [{ guid, unsent: true }];
      }),
    );
  add("read", "A message is read: by the other side if this Mac sent it, else by this Mac.")
    .option("--message <guid>", "the message, or last", "last")
    .action(
      run(ports, (store, options: { message: string }) => {
        const message = messageNamed(store, options.message);
        markRead(store, message);
        return [{ guid: message.guid, read: true }];
      }),
    );
  add("fail", "A sent message fails, or the next sends will.")
    .option("--message <guid>", "the message, or last", "last")
    .option("--code <n>", "Apple's error: 22 not on iMessage, 25 file not readable", wholeNumber, 22)
    .option(
      "--next <json>",
      'instead: the next sends\' faults, such as [{"osascript":-1743},{"delayMs":2000}]',
    )
    .action(run(ports, fail));
  add("status", "Says what is in simulated Messages.").action(
    run(ports, (store) => [{ macos: store.macos, path: store.database.name, ...store.sql.counts.get() }]),
  );

  addGroup("create", "Makes a group.")
    .requiredOption("--with <addresses>", "its members, separated by commas")
    .option("--name <name>", "its name")
    .action(
      run(ports, (store, options: { with: string; name?: string }) => {
        const addresses = options.with
          .split(",")
          .map((address) => address.trim())
          .filter((address) => address !== "");
        const chat = createGroup(store, { name: options.name ?? null, addresses });
        return [{ guid: chat.guid, name: chat.displayName, members: addresses }];
      }),
    );
  addGroup("rename", "Gives a group another name; an empty one takes it away.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .requiredOption("--name <name>", "the new name")
    .option("--by <address>", "who does it")
    .action(
      run(ports, (store, options: GroupOptions & { name: string }) =>
        inGroup(store, options, (change) => renameGroup(store, { ...change, name: options.name || null })),
      ),
    );
  addGroup("add", "Brings somebody into a group.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .requiredOption("--address <address>", "whom")
    .option("--by <address>", "who does it")
    .action(
      run(ports, (store, options: GroupOptions & { address: string }) =>
        inGroup(store, options, (change) => addParticipant(store, { ...change, address: options.address })),
      ),
    );
  addGroup("remove", "Puts somebody out of a group.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .requiredOption("--address <address>", "whom")
    .option("--by <address>", "who does it")
    .action(
      run(ports, (store, options: GroupOptions & { address: string }) =>
        inGroup(store, options, (change) =>
          removeParticipant(store, { ...change, address: options.address }),
        ),
      ),
    );
  addGroup("leave", "Somebody leaves a group.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .option("--by <address>", "who leaves; otherwise the first member")
    .action(
      run(ports, (store, options: GroupOptions) =>
        inGroup(store, options, (change) => leaveGroup(store, change)),
      ),
    );
  return command;
}

interface GroupOptions {
  group: string;
  by?: string;
}

interface ReceiveOptions {
  from: string;
  text: string;
  group?: string;
  attach?: string;
  service?: Service;
  replyTo?: string;
  effect?: string;
  count: number;
}

function receive(store: Store, options: ReceiveOptions): Outcome[] {
  if (options.attach !== undefined && !existsSync(options.attach)) {
    throw new Error(`There is no file ${options.attach} to attach.`);
  }
  if (options.text === "" && options.attach === undefined)
    throw new Error("Say something with --text, or --attach a file.");
  const chat =
    options.group === undefined
      ? ensureDirect(store, options.from, options.service)
      : findConversation(store, options.group);
  const replyTo = options.replyTo === undefined ? {} : { replyTo: messageNamed(store, options.replyTo).guid };
  const effect = options.effect === undefined ? {} : { effect: options.effect };
  return Array.from({ length: options.count }, (_, n) => {
    const { guid } = receiveMessage(store, {
      chat,
      from: options.from,
      text: options.count > 1 ? `${options.text} ${n + 1}`.trim() : options.text,
      files: options.attach === undefined ? [] : [{ path: options.attach }],
      service: options.service ?? chat.service,
      ...replyTo,
      ...effect,
    });
    return { guid, chat: chat.guid };
  });
}

function reaction(
  store: Store,
  options: { to: string; kind: string; from?: string; remove?: boolean },
): Outcome[] {
  const message = messageNamed(store, options.to);
  const chat = message.chatId === null ? undefined : store.sql.chatById.get(message.chatId);
  const address = options.from ?? (chat && participantsOf(store, chat)[0]?.address);
  if (address === undefined)
    throw new Error("Nobody else is in that conversation: say who reacts with --from.");
  const change = { target: message.guid, kind: options.kind, by: { address } };
  const { guid } = options.remove ? removeReaction(store, change) : react(store, change);
  return [{ guid, target: message.guid, from: address }];
}

function fail(store: Store, options: { message: string; code: number; next?: string }): Outcome[] {
  if (options.next !== undefined) {
    const faults = parseFaults(options.next);
    planFaults(join(store.attachments, ".."), faults);
    return [{ planned: faults.length }];
  }
  const message = messageNamed(store, options.message);
  if (message.fromMe === 0)
    throw new Error(`${message.guid} was received: only what this Mac sent can fail.`);
  failMessage(store, message.id, options.code);
  return [{ guid: message.guid, error: options.code }];
}

function inGroup(
  store: Store,
  options: GroupOptions,
  change: (change: { chat: ReturnType<typeof findConversation>; by: Actor }) => { guid: string },
): Outcome[] {
  const chat = findConversation(store, options.group);
  const address = options.by ?? participantsOf(store, chat)[0]?.address;
  const { guid } = change({ chat, by: address === undefined ? "me" : { address } });
  return [{ guid, chat: chat.guid }];
}

function messageNamed(store: Store, wanted: string): MessageRow {
  if (wanted !== "last") return findMessage(store, wanted);
  const last = store.sql.lastOrdinary.get();
  if (last === undefined) throw new NotInMessages("Simulated Messages holds no message yet.");
  return last;
}

/** Opens the store for one subcommand and prints what came of it. */
function run<O>(ports: SimulatePorts, work: (store: Store, options: O) => Outcome[]): (options: O) => void {
  return (options) => {
    const { dataDir: folder } = options as { dataDir: string };
    const path = join(folder, "simulated", "chat.db");
    if (!existsSync(path)) {
      throw new Error(
        `There is no simulated Messages in ${folder} yet: start it first with "npm start -- --simulate", or name its folder with --data-dir.`,
      );
    }
    const store = openMessageStore({ path, ...ports });
    try {
      for (const outcome of work(store, options)) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    } finally {
      closeMessageStore(store);
    }
  };
}

function dataDir(): Option {
  return new Option("--data-dir <dir>", "the data folder")
    .env("BELLHOP_DATA_DIR")
    .default(defaultDataFolder("simulated"), "the simulated one's own");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It has to be a whole number from 1.");
  return value;
}
