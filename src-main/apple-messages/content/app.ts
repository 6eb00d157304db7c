import type { AppBalloon } from "../../../src-shared/domain/app-content.ts";
import type { MessageKind } from "../../../src-shared/domain/message.ts";
import type { MessageRow } from "../message-row.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { readDigitalTouch } from "../protobuf/digital-touch.ts";
import { address, entry, words } from "./archive.ts";
import { bundleOf } from "./kind.ts";

const APPLE_PAY = "PeerPaymentMessagesExtension";
const FIND_MY = "com.apple.findmy.FindMyMessagesApp";
const FITNESS = "com.apple.ActivityMessagesApp";

/** What Apple's own apps are called, by what their bundle ids contain. */
const NAMES: readonly (readonly [string, string])[] = [
  [APPLE_PAY, "Apple Pay"],
  ["SafetyMonitorMessages", "Check In"],
  ["FindMyMessagesApp", "Find My"],
  ["ActivityMessagesApp", "Fitness"],
  ["PhotosMessagesApp", "Photos"],
  ["business.extension", "Business"],
  ["com.apple.Music", "Music"],
  ["HandwritingProvider", "Handwriting"],
  ["DigitalTouchBalloonProvider", "Digital Touch"],
  ["com.apple.messages.Polls", "Polls"],
];

const TOUCHES = {
  Tap: "taps",
  Heartbeat: "a heartbeat",
  Sketch: "a sketch",
  Media: "a picture or video with a drawing",
  Kiss: "a kiss",
  Fireball: "a fireball",
  Unknown: "a message",
};

/** What an app, a handwriting or a touch sent, in words. `body` is what the row says itself. */
export function readAppBalloon(row: MessageRow, kind: MessageKind, body: string | null): AppBalloon {
  const bundleId = row.balloon === null ? FITNESS : bundleOf(row.balloon);
  if (kind === "handwriting") return named(bundleId, "Handwriting", "Handwritten message");
  const payload: unknown = row.payload;
  const bytes = payload instanceof Uint8Array ? payload : null;
  if (kind === "digital_touch") {
    const touch = TOUCHES[(bytes && readDigitalTouch(bytes)?.kind) ?? "Unknown"];
    return named(bundleId, "Digital Touch", `Digital Touch: ${touch}`);
  }
  const archive = bytes && readArchiveRoot(bytes);
  const name = shown(entry(archive, "an")) ?? appName(bundleId);
  return {
    bundleId,
    name,
    summary: summaryOf(archive, name, bundleId, body),
    url: address(entry(archive, "URL")),
  };
}

/** Sharing one's location, which is a row of its own kind: `share_status` 0 began it, 1 ended it. */
export function locationBalloon(row: Pick<MessageRow, "share_status">): AppBalloon {
  const did = row.share_status === 1 ? "Stopped" : "Started";
  return named(FIND_MY, "Find My", `${did} sharing location`);
}

function named(bundleId: string, name: string, summary: string): AppBalloon {
  return { bundleId, name, summary, url: null };
}

function appName(bundleId: string): string | null {
  return NAMES.find(([known]) => bundleId.includes(known))?.[1] ?? null;
}

/** The words that the balloon shows, each once, behind the app's name where they do not say it themselves. */
function summaryOf(archive: unknown, name: string | null, bundleId: string, body: string | null): string {
  const said = shown(entry(archive, "ldtext"));
  const captions = ["caption", "subcaption", "secondary-subcaption", "tertiary-subcaption"].map((key) =>
    shown(entry(archive, "userInfo", key)),
  );
  // A payment's own sentence says everything that its captions say again.
  const all = said !== null && bundleId.includes(APPLE_PAY) ? [said] : [said, ...captions];
  let sentence = "";
  for (const next of all) {
    if (next === null || sentence.toLowerCase().includes(next.toLowerCase())) continue;
    if (sentence !== "" && next.toLowerCase().startsWith(sentence.toLowerCase())) sentence = next;
    else sentence += sentence === "" ? next : `${/[.!?:]$/.test(sentence) ? "" : ","} ${next}`;
  }
  if (sentence === "") sentence = body?.trim() ?? "";
  if (sentence === "") return name ?? bundleId;
  const isNamed = name === null || sentence.toLowerCase().includes(name.toLowerCase());
  return isNamed ? sentence : `${name}: ${sentence}`;
}

/** Apple keeps its names together with spaces that do not break, which nobody would search for. */
function shown(value: unknown): string | null {
  return words(value)?.replaceAll("\u00a0", " ") ?? null;
}
