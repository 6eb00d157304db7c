import {
  type Actor,
  addParticipant,
  changeNumber,
  createGroup,
  findConversation,
  type GroupChange,
  type Inserted,
  leaveGroup,
  participantsOf,
  removeBackground,
  removeGroupPhoto,
  removeParticipant,
  renameGroup,
  type Store,
  setBackground,
  setGroupPhoto,
} from "../simulator/message-store.ts";
import { actorNamed, assertFile, listed, type Outcome, type Stage } from "./simulate-run.ts";

interface GroupOptions {
  group: string;
  by?: string;
}

/** The subcommands of `simulate group`. */
export function addGroupCommands({ add, run }: Stage): void {
  const addChange = (name: string, about: string) =>
    add(name, about)
      .requiredOption("--group <id>", "its guid, identifier or name")
      .option("--by <address>", "who does it, or me");

  add("create", "Makes a group.")
    .requiredOption("--with <addresses>", "its members, separated by commas")
    .option("--name <name>", "its name")
    .action(
      run((store, options: { with: string; name?: string }) => {
        const addresses = listed(options.with);
        const chat = createGroup(store, { name: options.name ?? null, addresses });
        return [{ guid: chat.guid, name: chat.displayName, members: addresses }];
      }),
    );
  addChange("rename", "Gives a group another name; an empty one takes it away.")
    .requiredOption("--name <name>", "the new name")
    .action(
      run((store, options: GroupOptions & { name: string }) =>
        inGroup(store, options, (change) => renameGroup(store, { ...change, name: options.name || null })),
      ),
    );
  addChange("add", "Brings somebody into a group.")
    .requiredOption("--address <address>", "whom")
    .action(
      run((store, options: GroupOptions & { address: string }) =>
        inGroup(store, options, (change) => addParticipant(store, { ...change, address: options.address })),
      ),
    );
  addChange("remove", "Puts somebody out of a group.")
    .requiredOption("--address <address>", "whom")
    .action(
      run((store, options: GroupOptions & { address: string }) =>
        inGroup(store, options, (change) =>
          removeParticipant(store, { ...change, address: options.address }),
        ),
      ),
    );
  add("leave", "Somebody leaves a group.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .option("--by <address>", "who leaves; otherwise the first member")
    .action(
      run((store, options: GroupOptions) => inGroup(store, options, (change) => leaveGroup(store, change))),
    );
  add("number", "A member goes on under another number.")
    .requiredOption("--group <id>", "its guid, identifier or name")
    .requiredOption("--from <address>", "the old number")
    .requiredOption("--to <address>", "the new one")
    .action(
      run((store, { group, from, to }: { group: string; from: string; to: string }) => {
        const chat = findConversation(store, group);
        return [{ guid: changeNumber(store, { chat, from, to }).guid, chat: chat.guid }];
      }),
    );
  addChange("photo", "Gives a group a picture, or takes it away.")
    .option("--file <file>", "the picture; without one it is taken away")
    .action(
      run((store, options: GroupOptions & { file?: string }) => {
        const { file } = options;
        if (file !== undefined) assertFile(file);
        return inGroup(store, options, (change) =>
          file === undefined
            ? removeGroupPhoto(store, change)
            : setGroupPhoto(store, { ...change, photo: { path: file } }),
        );
      }),
    );
  addChange("background", "Gives a conversation another background, or takes it away.")
    .option("--remove", "take it away")
    .action(
      run((store, options: GroupOptions & { remove?: boolean }) =>
        inGroup(store, options, (change) =>
          options.remove ? removeBackground(store, change) : setBackground(store, change),
        ),
      ),
    );
}

function inGroup(store: Store, options: GroupOptions, change: (change: GroupChange) => Inserted): Outcome[] {
  const chat = findConversation(store, options.group);
  const address = options.by ?? participantsOf(store, chat)[0]?.address;
  const by: Actor = address === undefined ? "me" : actorNamed(address);
  return [{ guid: change({ chat, by }).guid, chat: chat.guid }];
}
