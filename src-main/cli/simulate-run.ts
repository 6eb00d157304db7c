import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import {
  type Actor,
  type Conversation,
  closeMessageStore,
  ensureDirect,
  findConversation,
  findMessage,
  type MessageRow,
  NotInMessages,
  openMessageStore,
  participantsOf,
  type Store,
} from "../simulator/message-store.ts";
import { defaultDataFolder } from "../storage/data-folder.ts";

/** What the command needs of the outside world. */
export interface SimulatePorts {
  clock: Clock;
  randomness: Randomness;
}

/** One line of JSON about what was made. */
export type Outcome = Readonly<Record<string, unknown>>;

/** What a file of subcommands is handed: where they go and how they run. */
export interface Stage {
  /** A subcommand with the option that names the data folder. */
  add(name: string, about: string): Command;
  /** An action that opens the store, prints what came of it and closes it. */
  run<O>(work: (store: Store, options: O) => Outcome[]): (options: O) => void;
}

/** The stage of a command's subcommands. */
export function stageOf(command: Command, ports: SimulatePorts): Stage {
  return {
    add: (name, about) => command.command(name).description(about).addOption(dataDir()),
    run: (work) => run(ports, work),
  };
}

/** The message with that guid, or the last one that somebody wrote. Throws NotInMessages. */
export function messageNamed(store: Store, wanted: string): MessageRow {
  if (wanted !== "last") return findMessage(store, wanted);
  const last = store.sql.lastOrdinary.get();
  if (last === undefined) throw new NotInMessages("Simulated Messages holds no message yet.");
  return last;
}

/** Where something happens, as options say it: in `group`, else between `from` and this Mac. */
export function placeOf(store: Store, options: { from: string; group?: string }): Conversation {
  return options.group === undefined
    ? ensureDirect(store, options.from)
    : findConversation(store, options.group);
}

/** Who does it: `from` when given, else the first other person of the message's conversation. */
export function whoElse(store: Store, message: MessageRow, from: string | undefined): { address: string } {
  const chat = message.chatId === null ? undefined : store.sql.chatById.get(message.chatId);
  const address = from ?? (chat && participantsOf(store, chat)[0]?.address);
  if (address === undefined) throw new Error("Nobody else is in that conversation: say who with --from.");
  return { address };
}

/** The Mac's owner for the word me, else that person. */
export function actorNamed(who: string): Actor {
  return who === "me" ? "me" : { address: who };
}

/** The words of a list separated by commas. */
export function listed(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** Refuses a file that is not there. */
export function assertFile(path: string): void {
  if (!existsSync(path)) throw new Error(`There is no file ${path} to attach.`);
}

/** Reads an option that is a whole number from 1. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It has to be a whole number from 1.");
  return value;
}

/** Reads an option that is the number of a part, from 0. */
export function partNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("It has to be a whole number from 0.");
  return value;
}

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
