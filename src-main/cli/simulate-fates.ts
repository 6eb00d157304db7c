import { Option } from "commander";
import {
  arriveFile,
  attachmentsOf,
  beginDownload,
  conversationById,
  deleteConversation,
  deleteForGood,
  deleteMessage,
  downgradeMessage,
  failDownload,
  filterConversation,
  findConversation,
  findMessage,
  keepAudio,
  type MessageRow,
  markDelivered,
  markPlayed,
  recentlyDeleted,
  restoreMessage,
  rewriteChatGuids,
  type Store,
} from "../simulator/message-store.ts";
import { samplePicture } from "../simulator/sample-files.ts";
import { assertFile, messageNamed, type Outcome, type Stage, whoElse } from "./simulate-run.ts";

const FILTERS = { none: 0, unknown: 1, junk: 2, dropped: 2 } as const;

/** The subcommands of `simulate` by which something happens to what is there. */
export function addFateCommands({ add, run }: Stage): void {
  const addFate = <O>(
    name: string,
    about: string,
    work: (store: Store, message: MessageRow, options: O) => Outcome,
  ) =>
    add(name, about)
      .option("--message <guid>", "the message, or last", "last")
      .action(
        run((store, options: O & { message: string }) => {
          const message = messageNamed(store, options.message);
          return [{ guid: message.guid, ...work(store, message, options) }];
        }),
      );

  addFate("delivered", "A sent message reaches the other side.", (store, { id }) => {
    markDelivered(store, id);
    return { delivered: true };
  });
  addFate("played", "A voice note is listened to.", (store, { id }) => {
    markPlayed(store, id);
    return { played: true };
  });
  addFate("downgrade", "What was meant for iMessage went as SMS.", (store, { guid }) => {
    downgradeMessage(store, guid);
    return { service: "SMS" };
  });
  addFate<{ forGood?: boolean }>(
    "delete",
    "A message is deleted on this Mac: it goes among the recently deleted.",
    (store, { guid }, { forGood }) => {
      if (forGood) deleteForGood(store, { guid });
      else deleteMessage(store, { guid });
      return { deleted: forGood ? "for good" : "recently" };
    },
  ).option("--for-good", "it goes for good");
  add("restore", "A recently deleted message is brought back.")
    .option("--message <guid>", "the message, or last: the newest of those deleted", "last")
    .action(
      run((store, options: { message: string }) => {
        const guid = options.message === "last" ? (recentlyDeleted(store).at(-1) ?? "last") : options.message;
        restoreMessage(store, { guid });
        return [{ guid, restored: true }];
      }),
    );
  addFate<{ from?: string }>("keep", "Somebody keeps a voice note.", (store, { guid }, options) => {
    const message = findMessage(store, guid);
    const chat = conversationById(store, message.chatId ?? 0);
    return { guid: keepAudio(store, { chat, by: whoElse(store, message, options.from), guid }).guid };
  }).option("--from <address>", "who; otherwise the other person of the conversation");
  addFate<DownloadOptions>(
    "download",
    "A file that was only announced (receive --late) arrives.",
    (store, message, options) => download(store, message, options),
  )
    .option("--file <file>", "the file; otherwise a sample picture")
    .addOption(new Option("--only <step>", "no more than this").choices(["begin", "fail"]));

  const addConversation = (name: string, about: string) =>
    add(name, about).requiredOption("--conversation <id>", "its guid, identifier (an address) or name");
  addConversation("delete-conversation", "A conversation is deleted on this Mac with all its messages.")
    .option("--for-good", "not even among the recently deleted")
    .action(
      run((store, options: { conversation: string; forGood?: boolean }) => {
        const chat = findConversation(store, options.conversation);
        deleteConversation(store, chat, { forGood: options.forGood === true });
        return [{ chat: chat.guid, deleted: options.forGood ? "for good" : "recently" }];
      }),
    );
  addConversation("filter", "Messages takes a conversation for what it is, or is not.")
    .addOption(new Option("--as <kind>", "what for").choices(Object.keys(FILTERS)).makeOptionMandatory())
    .action(
      run((store, options: { conversation: string; as: keyof typeof FILTERS }) => {
        const chat = findConversation(store, options.conversation);
        const filter = FILTERS[options.as];
        filterConversation(store, chat, { filter, blackholed: options.as === "dropped" });
        return [{ chat: chat.guid, filter: options.as }];
      }),
    );
  add("rewrite-guids", "Conversations get their guids of macOS 26, any;-;…, as its upgrade does it.").action(
    run((store) => [{ changed: rewriteChatGuids(store) }]),
  );
}

interface DownloadOptions {
  file?: string;
  only?: "begin" | "fail";
}

function download(store: Store, message: MessageRow, { file, only }: DownloadOptions): Outcome {
  if (file !== undefined) assertFile(file);
  const waiting = attachmentsOf(store, message.id).find(({ filename }) => filename === null);
  if (waiting === undefined) throw new Error(`${message.guid} waits for no file.`);
  if (only === "begin") beginDownload(store, waiting);
  else if (only === "fail") failDownload(store, waiting);
  else {
    arriveFile(store, waiting, file === undefined ? { content: samplePicture(200) } : { path: file });
  }
  return { attachment: waiting.guid };
}
