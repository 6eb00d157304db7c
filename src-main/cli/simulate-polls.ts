import {
  type Actor,
  addPollOption,
  createPoll,
  findMessage,
  lastPoll,
  type Store,
  votePoll,
} from "../simulator/message-store.ts";
import { actorNamed, listed, type Outcome, placeOf, type Stage, whoElse } from "./simulate-run.ts";

/** The subcommands of `simulate poll`. */
export function addPollCommands({ add, run }: Stage): void {
  add("create", "Somebody asks a conversation to choose.")
    .requiredOption("--from <address>", "who asks, or me in a --group")
    .requiredOption("--options <texts>", "what can be chosen, separated by commas")
    .option("--title <title>", "what it is about", "")
    .option("--group <id>", "in this group: its guid, identifier or name")
    .action(
      run((store, options: { from: string; options: string; title: string; group?: string }) => {
        const chat = placeOf(store, options);
        const { guid, options: made } = createPoll(store, {
          chat,
          by: actorNamed(options.from),
          title: options.title,
          options: listed(options.options),
        });
        return [{ guid, chat: chat.guid, options: made }];
      }),
    );
  add("vote", "Somebody votes; what they voted before counts no more.")
    .option("--poll <guid>", "the poll, or last", "last")
    .requiredOption("--for <texts>", "what they choose, separated by commas; empty takes the vote back")
    .option("--from <address>", "who, or me; otherwise the other person of the conversation")
    .action(run(vote));
  add("option", "Somebody adds one more thing to choose.")
    .option("--poll <guid>", "the poll, or last", "last")
    .requiredOption("--text <text>", "what")
    .option("--from <address>", "who, or me; otherwise the other person of the conversation")
    .action(
      run((store, options: { poll: string; text: string; from?: string }) => {
        const poll = pollNamed(store, options.poll);
        const change = { poll, by: voter(store, poll, options.from), text: options.text };
        return [{ guid: addPollOption(store, change).guid, poll }];
      }),
    );
}

function vote(store: Store, options: { poll: string; for: string; from?: string }): Outcome[] {
  const poll = pollNamed(store, options.poll);
  const vote = { poll, by: voter(store, poll, options.from), options: listed(options.for) };
  return [{ guid: votePoll(store, vote).guid, poll }];
}

function voter(store: Store, poll: string, from: string | undefined): Actor {
  return from === "me" ? "me" : whoElse(store, findMessage(store, poll), from);
}

function pollNamed(store: Store, wanted: string): string {
  return wanted === "last" ? lastPoll(store) : wanted;
}
