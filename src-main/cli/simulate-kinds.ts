import type { Command } from "commander";
import { Option } from "commander";
import {
  applePay,
  backfillMessages,
  checkIn,
  findMy,
  game,
  type LinkPreview,
  linkPreview,
  type MessageDraft,
  oneTimeCode,
  placeSticker,
  reactWithSticker,
  receiveMessage,
  type Store,
  scheduleMessage,
  sendMessage,
  sendScheduled,
  shareLocation,
  startSharePlay,
  voiceNote,
} from "../simulator/message-store.ts";
import { samplePicture } from "../simulator/sample-files.ts";
import {
  actorNamed,
  assertFile,
  messageNamed,
  type Outcome,
  placeOf,
  type Stage,
  whoElse,
  wholeNumber,
} from "./simulate-run.ts";

interface Place {
  from: string;
  group?: string;
}

const DAY = 86_400_000;
const APPS = ["pay", "checkin", "findmy", "game"] as const;

/** The subcommands of `simulate` by which somebody sends something that is more than text. */
export function addKindCommands({ add, run }: Stage): void {
  const addSending = (name: string, about: string): Command =>
    add(name, about)
      .requiredOption("--from <address>", "who sends it, or me in a --group")
      .option("--group <id>", "in this group: its guid, identifier or name");

  addSending("link", "Somebody sends a link with its preview.")
    .requiredOption("--url <url>", "the address")
    .option("--title <title>", "what the page is called")
    .option("--summary <text>", "what the page says of itself")
    .option("--site-name <name>", "whose page it is")
    .option("--placeholder", "the page has not been loaded yet")
    .action(run((store, options: Place & LinkPreview) => send(store, options, linkPreview(options))));
  addSending("voice", "Somebody sends a voice note.")
    .option("--heard <text>", "what Messages writes down of it")
    .action(
      run((store, options: Place & { heard?: string }) => send(store, options, voiceNote(options.heard))),
    );
  addSending("code", "A one-time code arrives.")
    .requiredOption("--code <code>", "the code")
    .option("--text <text>", "the text that it stands in")
    .action(
      run((store, options: Place & { code: string; text?: string }) => {
        const text = options.text ?? `${options.code} is your verification code.`;
        return send(store, options, oneTimeCode(text, options.code));
      }),
    );
  addSending("app", "Somebody sends an app's balloon.")
    .addOption(new Option("--which <app>", "whose").choices(APPS).makeOptionMandatory())
    .option("--words <text>", "the sum of money, where they are, or what the game says")
    .action(
      run((store, options: Place & { which: (typeof APPS)[number]; words?: string }) =>
        send(store, options, balloon(store, options.which, options.words)),
      ),
    );
  addSending("location", "Somebody starts to share where they are.")
    .option("--stop", "they stop")
    .action(
      run((store, options: Place & { stop?: boolean }) => {
        const chat = placeOf(store, options);
        const by = actorNamed(options.from);
        return [{ guid: shareLocation(store, { chat, by, stop: options.stop === true }).guid }];
      }),
    );
  addSending("shareplay", "Somebody starts SharePlay or a FaceTime call.").action(
    run((store, options: Place) => [
      { guid: startSharePlay(store, { chat: placeOf(store, options), by: actorNamed(options.from) }).guid },
    ]),
  );
  add("sticker", "Somebody puts a sticker on a message.")
    .option("--to <guid>", "the message, or last", "last")
    .option("--from <address>", "who; otherwise the other person of the conversation")
    .option("--file <file>", "the picture; otherwise a sample")
    .option("--tapback", "as a reaction rather than somewhere on the message")
    .action(run(sticker));
  addSending("backfill", "iCloud brings old messages: rows that come last and are dated long before.")
    .option("--count <n>", "how many", wholeNumber, 3)
    .option("--days <n>", "how many days old", wholeNumber, 90)
    .option("--text <text>", "what they say", "An old message")
    .action(run(backfill));
  add("schedule", "The Mac's owner writes something to be sent later.")
    .requiredOption("--to <address>", "to whom")
    .requiredOption("--text <text>", "what")
    .option("--in <seconds>", "when", wholeNumber, 3600)
    .action(
      run((store, options: { to: string; text: string; in: number }) => {
        const chat = placeOf(store, { from: options.to });
        const at = store.clock.now() + options.in * 1000;
        return [{ guid: scheduleMessage(store, { chat, text: options.text, at }).guid, at }];
      }),
    );
  add("send-scheduled", "A scheduled message goes out now.")
    .option("--message <guid>", "the message, or last", "last")
    .action(
      run((store, options: { message: string }) => {
        const { guid } = messageNamed(store, options.message);
        sendScheduled(store, { guid });
        return [{ guid, sent: true }];
      }),
    );
}

/** Puts what was made into its conversation, from whoever sends it. */
export function send(
  store: Store,
  options: Place,
  content: Pick<MessageDraft, "text" | "files" | "columns">,
): Outcome[] {
  const chat = placeOf(store, options);
  const { guid } =
    options.from === "me"
      ? sendMessage(store, { chat, ...content, state: "sent" })
      : receiveMessage(store, { chat, ...content, from: options.from });
  return [{ guid, chat: chat.guid }];
}

function balloon(
  store: Store,
  which: (typeof APPS)[number],
  words: string | undefined,
): Pick<MessageDraft, "text" | "columns"> {
  if (which === "pay") return applePay({ amount: words ?? "$12.50" });
  if (which === "checkin")
    return checkIn({ words: words ?? "Check In: Arrived safely", at: store.clock.now() });
  if (which === "findmy") return findMy();
  return game({ name: "Four in a Row", words: words ?? "Your move.", session: store.randomness.uuid() });
}

function sticker(
  store: Store,
  options: { to: string; from?: string; file?: string; tapback?: boolean },
): Outcome[] {
  if (options.file !== undefined) assertFile(options.file);
  const message = messageNamed(store, options.to);
  const by = whoElse(store, message, options.from);
  const picture =
    options.file === undefined
      ? { name: "sticker.png", content: samplePicture(300) }
      : { path: options.file };
  const change = { target: message.guid, by, picture };
  const { guid } = options.tapback ? reactWithSticker(store, change) : placeSticker(store, change);
  return [{ guid, target: message.guid, from: by.address }];
}

function backfill(store: Store, options: Place & { count: number; days: number; text: string }): Outcome[] {
  const began = store.clock.now() - options.days * DAY;
  const old = Array.from({ length: options.count }, (_, n) => ({
    from: actorNamed(options.from),
    text: `${options.text} ${n + 1}`,
    at: began + n * 60_000,
  }));
  const chat = placeOf(store, options);
  return backfillMessages(store, chat, old).map(({ guid }) => ({ guid, chat: chat.guid }));
}
