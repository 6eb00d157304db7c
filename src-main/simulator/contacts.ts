import type { Service } from "./macos.ts";

/** Somebody who writes to the simulated Mac. */
export interface Contact {
  name: string;
  address: string;
  service: Service;
  /** Whether they answer every direct message, or only now and then. */
  answers: "always" | "sometimes";
}

/** Answers every direct message within about a second: the one to try a bot on. */
export const ECHO: Contact = { name: "Echo", address: "+15550001", service: "iMessage", answers: "always" };

/** Everybody the simulated Mac knows. The numbers are of the range kept for fiction. */
export const CONTACTS = {
  echo: ECHO,
  maya: { name: "Maya Lindqvist", address: "+15550111", service: "iMessage", answers: "sometimes" },
  noor: { name: "Noor Haddad", address: "+15550112", service: "iMessage", answers: "sometimes" },
  tomas: { name: "Tomás Rivera", address: "+15550113", service: "iMessage", answers: "sometimes" },
  priya: { name: "Priya Raman", address: "+15550114", service: "iMessage", answers: "sometimes" },
  jonas: {
    name: "Jonas Weber",
    address: "jonas.weber@example.com",
    service: "iMessage",
    answers: "sometimes",
  },
  pharmacy: { name: "Corner Pharmacy", address: "+15550142", service: "SMS", answers: "sometimes" },
} as const satisfies Record<string, Contact>;

/** The contact with that address, if there is one. */
export function contactAt(address: string): Contact | null {
  return Object.values<Contact>(CONTACTS).find((contact) => contact.address === address) ?? null;
}

/** What an "always" contact answers to a text: sensible, and never the same as what it was sent. */
export function echoAnswer(text: string): string {
  const said = text.replaceAll("\uFFFC", "").trim();
  if (said === "") return "Got your file. It arrived in one piece.";
  if (/^(hi|hey|hello)\b/i.test(said)) return "Hi! Write anything and I will say it back.";
  if (/^ping\b/i.test(said)) return "pong";
  return `You said: ${said}`;
}

/** What the others say now and then. */
export const CASUAL_ANSWERS: readonly string[] = [
  "Sounds good",
  "Ha, I was about to write the same",
  "Let me check and get back to you",
  "On it 👍",
  "Thanks!",
  "Can we talk about it tonight?",
];

/** What they react with instead. */
export const CASUAL_REACTIONS: readonly string[] = ["love", "like", "laugh", "emphasize"];
