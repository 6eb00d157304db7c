import { basename } from "node:path";
import type { Service } from "./macos.ts";
import { REACTION_KINDS } from "./message-store.ts";

/** Text exactly as it is, or a file at an absolute path. */
export type Content = { text: string } | { file: string };

/** A message on the screen: by its guid, and by what its bubble says. */
export interface BubbleOrder {
  guid: string;
  bubble: string;
}

/** A conversation on the screen: the one with this guid or this person, whose window has one of the titles. */
export interface ThreadOrder {
  guid: string;
  /** Empty for a group. */
  address: string;
  titles: readonly string[];
}

/** What one of Bellhop's scripts is told to do. */
export type Order =
  | { do: "send to chat"; guid: string; content: Content }
  | { do: "send to participant"; address: string; service: Service; content: Content }
  | ({ do: "reply"; text: string } & BubbleOrder)
  | ({ do: "react"; kind: string } & BubbleOrder)
  | ({ do: "edit"; text: string } & BubbleOrder)
  | ({ do: "unsend" } & BubbleOrder)
  | ({ do: "mark-read" } & ThreadOrder)
  | ({ do: "typing"; isTyping: boolean } & ThreadOrder)
  | { do: "ask-automation" };

/** The order that makes a message of this Mac's own. */
export type SendOrder = Extract<Order, { do: "send to chat" | "send to participant" | "reply" }>;

/** The order that is done in Messages' window and makes no message. */
export type ActionOrder = Extract<Order, { do: "react" | "edit" | "unsend" | "mark-read" | "typing" }>;

/** Whether an order makes a message. */
export function isSend(order: Order): order is SendOrder {
  return order.do === "send to chat" || order.do === "send to participant" || order.do === "reply";
}

/** A script: how many arguments it takes, and what they mean; null when it refuses them. */
interface Script {
  takes: number;
  order(values: readonly string[]): Order | null;
}

const file = (path: string): Content => ({ file: path });
const text = (words: string): Content => ({ text: words });
/** Like the scripts: whatever is not SMS goes to the iMessage account. */
const serviceNamed = (name: string): Service => (name.toUpperCase() === "SMS" ? "SMS" : "iMessage");
const thread = (guid: string, address: string, titles: string): ThreadOrder => ({
  guid,
  address,
  titles: titles.split("\n").filter((title) => title !== ""),
});

const SCRIPTS: Readonly<Record<string, Script>> = {
  "send-text-to-chat": toChat(text),
  "send-file-to-chat": toChat(file),
  "send-text-to-participant": toParticipant(text),
  "send-file-to-participant": toParticipant(file),
  "send-text-to-rcs-participant": toRcsParticipant(text),
  "send-file-to-rcs-participant": toRcsParticipant(file),
  "ask-automation": { takes: 0, order: () => ({ do: "ask-automation" }) },
  reply: {
    takes: 3,
    order: ([guid = "", bubble = "", words = ""]) => ({ do: "reply", guid, bubble, text: words }),
  },
  react: {
    takes: 4,
    order: ([guid = "", bubble = "", kind = "", how = ""]) =>
      REACTION_KINDS.includes(kind) && ["add", "remove"].includes(how)
        ? { do: "react", guid, bubble, kind }
        : null,
  },
  edit: {
    takes: 3,
    order: ([guid = "", bubble = "", words = ""]) => ({ do: "edit", guid, bubble, text: words }),
  },
  unsend: { takes: 2, order: ([guid = "", bubble = ""]) => ({ do: "unsend", guid, bubble }) },
  "mark-read": {
    takes: 3,
    order: ([guid = "", address = "", titles = ""]) => ({
      do: "mark-read",
      ...thread(guid, address, titles),
    }),
  },
  typing: {
    takes: 4,
    order: ([guid = "", address = "", titles = "", how = ""]) => ({
      do: "typing",
      isTyping: how === "on",
      ...thread(guid, address, titles),
    }),
  },
};

function toChat(content: (value: string) => Content): Script {
  return {
    takes: 2,
    order: ([guid = "", value = ""]) => ({ do: "send to chat", guid, content: content(value) }),
  };
}

function toParticipant(content: (value: string) => Content): Script {
  return {
    takes: 3,
    order: ([address = "", service = "", value = ""]) => ({
      do: "send to participant",
      address,
      service: serviceNamed(service),
      content: content(value),
    }),
  };
}

function toRcsParticipant(content: (value: string) => Content): Script {
  return {
    takes: 2,
    order: ([address = "", value = ""]) => ({
      do: "send to participant",
      address,
      service: "RCS",
      content: content(value),
    }),
  };
}

/** The name of a script file, if it is one of Bellhop's. */
export function scriptNamed(path: string): string | null {
  const name = basename(path).replace(/\.(applescript|scpt)$/, "");
  return name !== basename(path) && Object.hasOwn(SCRIPTS, name) ? name : null;
}

/**
 * What the script is told to do; a number when it misses the argument of that number, counted from 1; null
 * when it makes nothing of what it is given.
 */
export function orderOf(name: string, values: readonly string[]): Order | number | null {
  const script = SCRIPTS[name];
  if (script === undefined) return null;
  return values.length < script.takes ? values.length + 1 : script.order(values);
}
