import type { Event } from "../../../src-shared/domain/event.ts";
import type { BodyFormat } from "../../../src-shared/domain/webhook.ts";
import { discord } from "./discord.ts";
import { write } from "./markup.ts";
import { type MirrorReading, mirrorLine } from "./mirror-line.ts";
import { slack } from "./slack.ts";

/**
 * An event as a body, in JSON, the same for every delivery of it; null when this format has no words for the event,
 * and nothing is to be sent.
 */
export type BodyOf = (event: Event) => string | null;

/**
 * Every format's bodies. `bellhop` is the event in a dialect's own words. The others mirror it into a chat as one
 * message: who, in which group, what they wrote, with codes for signing in made unreadable.
 */
export function bodies(options: { bellhop: BodyOf } & MirrorReading): Record<BodyFormat, BodyOf> {
  const mirrored =
    (bodyOf: (line: NonNullable<ReturnType<typeof mirrorLine>>) => string): BodyOf =>
    (event) => {
      const line = mirrorLine(event, options);
      return line && bodyOf(line);
    };
  return {
    bellhop: options.bellhop,
    slack: mirrored((line) => slackBody(write(line, slack))),
    discord: mirrored((line) => discordBody(write(line, discord))),
  };
}

/** What an incoming webhook of Slack takes. `text` is written in Slack's markup. */
export function slackBody(text: string): string {
  return JSON.stringify({ text });
}

/** What a webhook of Discord takes. Whatever the text mentions, nobody is notified of it. */
export function discordBody(content: string): string {
  return JSON.stringify({ content, allowed_mentions: { parse: [] } });
}
