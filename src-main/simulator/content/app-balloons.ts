import { type Archived, keyedArchive } from "../keyed-archive.ts";
import type { MessageDraft } from "../store/messages.ts";

/** What an app's balloon is made of, under the words of MSMessageTemplateLayout. */
export interface AppBalloon {
  /** The app's own part of `balloon_bundle_id`. */
  bundle: string;
  /** Whose team signed it; Apple's own apps have ten zeros. */
  team?: string;
  /** The app's name. */
  app: string;
  /** What stands where the balloon cannot be shown. */
  summary?: string;
  url: string;
  caption?: string;
  subcaption?: string;
  /** The App Store's number of the app. */
  appStoreId?: number;
  /** One session's balloons replace each other. */
  session?: string;
}

const PLUGIN = "com.apple.messages.MSMessageExtensionBalloonPlugin";
const APPLE = "0000000000";
/** Stands in the text where an app's balloon is. */
const BALLOON_CHARACTER = "\uFFFD";

/** The text and columns of a message that is an app's balloon: to be spread into a draft. */
export function appBalloon(balloon: AppBalloon): Pick<MessageDraft, "text" | "columns"> {
  return {
    text: BALLOON_CHARACTER,
    columns: {
      balloon_bundle_id: `${PLUGIN}:${balloon.team ?? APPLE}:${balloon.bundle}`,
      payload_data: encodeBalloon(balloon),
    },
  };
}

/** Apple Pay: somebody sends or asks for money. `amount` as it is shown, such as `$12.50`. */
export function applePay({ amount }: { amount: string }): Pick<MessageDraft, "text" | "columns"> {
  return appBalloon({
    bundle: "com.apple.PassbookUIService.PeerPaymentMessagesExtension",
    app: "Apple Pay",
    summary: `Sent ${amount} with Apple Pay.`,
    url: "data:application/vnd.apple.pkppm;base64,AA==",
    caption: "Apple Cash",
    subcaption: `${amount} Payment`,
  });
}

/** Check In: somebody lets this Mac's owner know how they get home. `at` in milliseconds since 1970. */
export function checkIn(told: { words: string; at: number }): Pick<MessageDraft, "text" | "columns"> {
  return appBalloon({
    bundle: "com.apple.SafetyMonitorApp.SafetyMonitorMessages",
    app: "Check In",
    summary: told.words,
    url: `?messageType=1&interfaceVersion=1&sendDate=${told.at / 1000 - 978_307_200}`,
    caption: told.words,
  });
}

/** Find My: somebody starts to share where they are. */
export function findMy(): Pick<MessageDraft, "text" | "columns"> {
  return appBalloon({
    bundle: "com.apple.findmy.FindMyMessagesApp",
    app: "Find My",
    summary: "Started Sharing Location",
    url: "?FindMyMessagePayloadVersionKey=v0&FindMyMessagePayloadZippedDataKey=AA",
  });
}

/** A turn in a game. The same session makes the next turn replace this one. */
export function game(turn: {
  name: string;
  words: string;
  session: string;
}): Pick<MessageDraft, "text" | "columns"> {
  return appBalloon({
    bundle: "com.example.games.MessagesExtension",
    team: "ABCDE12345",
    app: turn.name,
    summary: turn.name,
    url: "data:?ver=1&turn=1",
    caption: turn.words,
    appStoreId: 1_000_000_001,
    session: turn.session,
  });
}

/** `payload_data` of a balloon. */
export function encodeBalloon(balloon: AppBalloon): Buffer {
  const content: Record<string, Archived> = {
    layoutClass: "MSMessageTemplateLayout",
    an: balloon.app,
    URL: { url: balloon.url },
    userInfo: {
      dictionary: {
        caption: balloon.caption ?? "",
        subcaption: balloon.subcaption ?? "",
        "secondary-subcaption": "",
        "tertiary-subcaption": "",
        "image-title": "",
        "image-subtitle": "",
      },
    },
  };
  if (balloon.summary !== undefined) content.ldtext = balloon.summary;
  if (balloon.appStoreId !== undefined) content.appid = balloon.appStoreId;
  if (balloon.session !== undefined) content.sessionIdentifier = { uuid: balloon.session };
  return keyedArchive({ dictionary: content });
}
