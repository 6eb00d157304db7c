import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Beside chat.db: the conversations in whose field something stands. chat.db itself knows nothing of typing. */
const FILE = "typing.json";
const typingFile = z.strictObject({ chats: z.array(z.string()) });

/** The guids of the conversations in which the other side sees this Mac's owner typing. */
export function typingIn(simulatedDir: string): string[] {
  try {
    return typingFile.parse(JSON.parse(readFileSync(join(simulatedDir, FILE), "utf8"))).chats;
  } catch {
    return [];
  }
}

/** Begins to type in a conversation, or stops. */
export function setTyping(simulatedDir: string, guid: string, isTyping: boolean): void {
  const others = typingIn(simulatedDir).filter((other) => other !== guid);
  const draft = join(simulatedDir, `typing.draft-${process.pid}`);
  writeFileSync(draft, JSON.stringify({ chats: isTyping ? [...others, guid] : others }), { mode: 0o600 });
  renameSync(draft, join(simulatedDir, FILE));
}
