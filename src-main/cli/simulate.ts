import { join } from "node:path";
import { Command, Option } from "commander";
import { parseFaults, planFaults } from "../simulator/faults.ts";
import type { Service } from "../simulator/macos.ts";
import {
  editMessage,
  ensureDirect,
  failMessage,
  findConversation,
  markRead,
  REACTION_KINDS,
  react,
  receiveMessage,
  removeReaction,
  type Store,
  unsendMessage,
} from "../simulator/message-store.ts";
import { addFailureCommands } from "./simulate-failures.ts";
import { addFateCommands } from "./simulate-fates.ts";
import { addGroupCommands } from "./simulate-groups.ts";
import { addKindCommands } from "./simulate-kinds.ts";
import { addPollCommands } from "./simulate-polls.ts";
import {
  assertFile,
  messageNamed,
  type Outcome,
  partNumber,
  type SimulatePorts,
  type Stage,
  stageOf,
  whoElse,
  wholeNumber,
} from "./simulate-run.ts";

/**
 * The command `simulate`: makes things happen in simulated Messages, as if other people did them. Every
 * subcommand prints one line of JSON per thing it made and throws an Error that names the fix otherwise.
 */
export function simulateCommand(ports: SimulatePorts): Command {
  const command = new Command("simulate").description("Makes things happen in simulated Messages.");
  const stage = stageOf(command, ports);
  addTextCommands(stage);
  addKindCommands(stage);
  addFateCommands(stage);
  addFailureCommands(stage);
  addGroupCommands(stageOf(command.command("group").description("Changes groups."), ports));
  addPollCommands(stageOf(command.command("poll").description("Asks conversations to choose."), ports));
  stage
    .add("status", "Says what is in simulated Messages.")
    .action(
      stage.run((store) => [{ macos: store.macos, path: store.database.name, ...store.sql.counts.get() }]),
    );
  return command;
}

function addTextCommands({ add, run }: Stage): void {
  add("receive", "Somebody writes to this Mac.")
    .requiredOption("--from <address>", "the sender's phone number or email address")
    .option("--text <text>", "what they say", "")
    .option("--subject <text>", "the subject above it")
    .option("--group <id>", "in this group: its guid, identifier or name")
    .option("--attach <file>", "a file they send with it")
    .option("--late", "the file is only announced: download brings it")
    .addOption(new Option("--service <service>").choices(["iMessage", "SMS", "RCS", "iMessageLite"]))
    .option("--line <address>", "the number or address of this Mac that they write to")
    .option("--reply-to <guid>", "the message they reply to, or last")
    .option("--effect <id>", "a bubble or screen effect's identifier")
    .option("--count <n>", "so many messages, numbered", wholeNumber, 1)
    .action(run(receive));
  add("react", "Somebody reacts to a message.")
    .requiredOption("--to <guid>", "the message, or last")
    .requiredOption("--kind <kind>", `${REACTION_KINDS.join(", ")}, or an emoji`)
    .option("--from <address>", "who; otherwise the other person of the conversation")
    .option("--remove", "take it back")
    .action(run(reaction));
  add("edit", "Somebody edits a message.")
    .requiredOption("--message <guid>", "the message, or last")
    .requiredOption("--text <text>", "its new text")
    .option("--part <n>", "which part of it, from 0; otherwise the first that is text", partNumber)
    .action(
      run((store, options: { message: string; text: string; part?: number }) => {
        const { guid } = messageNamed(store, options.message);
        editMessage(store, { guid, text: options.text, ...partOf(options) });
        return [{ guid, edited: true }];
      }),
    );
  add("unsend", "Somebody unsends a message.")
    .requiredOption("--message <guid>", "the message, or last")
    .option("--part <n>", "only this part of it, from 0", partNumber)
    .action(
      run((store, options: { message: string; part?: number }) => {
        const { guid } = messageNamed(store, options.message);
        unsendMessage(store, { guid, ...partOf(options) });
        return [{ guid, unsent: true }];
      }),
    );
  add("read", "A message is read: by the other side if this Mac sent it, else by this Mac.")
    .option("--message <guid>", "the message, or last", "last")
    .action(
      run((store, options: { message: string }) => {
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
    .action(run(fail));
}

interface ReceiveOptions {
  from: string;
  text: string;
  subject?: string;
  group?: string;
  attach?: string;
  late?: boolean;
  service?: Service;
  line?: string;
  replyTo?: string;
  effect?: string;
  count: number;
}

function receive(store: Store, options: ReceiveOptions): Outcome[] {
  if (options.attach !== undefined) assertFile(options.attach);
  if (options.text === "" && options.attach === undefined)
    throw new Error("Say something with --text, or --attach a file.");
  const chat =
    options.group === undefined
      ? ensureDirect(store, options.from, options.service)
      : findConversation(store, options.group);
  const { subject, line, effect } = options;
  const files = options.attach === undefined ? [] : [{ path: options.attach, late: options.late === true }];
  const replyTo = options.replyTo === undefined ? {} : { replyTo: messageNamed(store, options.replyTo).guid };
  return Array.from({ length: options.count }, (_, n) => {
    const { guid } = receiveMessage(store, {
      chat,
      from: options.from,
      text: options.count > 1 ? `${options.text} ${n + 1}`.trim() : options.text,
      files,
      service: options.service ?? chat.service,
      ...replyTo,
      ...(subject === undefined ? {} : { subject }),
      ...(line === undefined ? {} : { line }),
      ...(effect === undefined ? {} : { effect }),
    });
    return { guid, chat: chat.guid };
  });
}

function reaction(
  store: Store,
  options: { to: string; kind: string; from?: string; remove?: boolean },
): Outcome[] {
  const message = messageNamed(store, options.to);
  const by = whoElse(store, message, options.from);
  const change = { target: message.guid, kind: options.kind, by };
  const { guid } = options.remove ? removeReaction(store, change) : react(store, change);
  return [{ guid, target: message.guid, from: by.address }];
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

function partOf({ part }: { part?: number }): { part?: number } {
  return part === undefined ? {} : { part };
}
