import { ArchivedObject, keyedArchive } from "../keyed-archive.ts";
import type { MessageDraft } from "../store/messages.ts";
import { setColumns } from "../store/set-columns.ts";
import type { Store } from "../store/store.ts";

/** What a preview of a web page shows. */
export interface LinkPreview {
  url: string;
  title?: string;
  summary?: string;
  siteName?: string;
  /** What the page calls itself, such as article. */
  itemType?: string;
  /** The page was not fetched yet: only the address is known. */
  placeholder?: boolean;
  /** Leave `balloon_bundle_id` NULL, as some rows with a preview have it. */
  withoutBundle?: boolean;
}

const URL_BALLOON = "com.apple.messages.URLBalloonProvider";

/** The text and columns of a message that is a web address with its preview: to be spread into a draft. */
export function linkPreview(preview: LinkPreview): Pick<MessageDraft, "text" | "columns"> {
  return {
    text: preview.url,
    columns: {
      balloon_bundle_id: preview.withoutBundle ? null : URL_BALLOON,
      payload_data: encodePreview(preview),
      has_dd_results: 1,
    },
  };
}

/** The page was fetched: the preview of a message already there is filled in. */
export function fillLinkPreview(store: Store, message: { id: number }, preview: LinkPreview): void {
  setColumns(store, "message", message.id, { payload_data: encodePreview(preview) });
}

function encodePreview(preview: LinkPreview): Buffer {
  const { url, title, summary, siteName, itemType, placeholder = false } = preview;
  const told = Object.entries({ title, summary, siteName, itemType }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const metadata = new ArchivedObject(["LPLinkMetadata", "NSObject"], {
    version: 1,
    URL: { url },
    originalURL: { url },
    ...(placeholder ? {} : Object.fromEntries(told)),
  });
  return keyedArchive(
    new ArchivedObject(["RichLink", "NSObject"], {
      richLinkMetadata: metadata,
      richLinkIsPlaceholder: placeholder,
    }),
  );
}
