import type { LinkPreview } from "../../../src-shared/domain/app-content.ts";
import { readArchiveRoot } from "../plist/keyed-archive.ts";
import { address, entry, words } from "./archive.ts";

/**
 * The preview in the `payload_data` of a link; null when the payload is none, or damaged. Its metadata is under
 * `richLinkMetadata`, or `metadata` in what other devices write; songs, places and the like keep their title in
 * a part of their own. Source: rows of macOS 12 to 26.
 */
export function readLinkPreview(payload: unknown): LinkPreview | null {
  if (!(payload instanceof Uint8Array)) return null;
  const archive = readArchiveRoot(payload);
  const metadata = entry(archive, "richLinkMetadata") ?? entry(archive, "metadata");
  if (!(metadata instanceof Map)) return null;
  const special = entry(metadata, "specialization2") ?? entry(metadata, "specialization");
  const preview = {
    url: address(entry(metadata, "URL")),
    originalUrl: address(entry(metadata, "originalURL")),
    title: words(entry(metadata, "title")) ?? words(entry(special, "name")),
    summary: words(entry(metadata, "summary")) ?? words(entry(special, "artist")),
    siteName: words(entry(metadata, "siteName")),
  };
  const isPlaceholder = entry(archive, "richLinkIsPlaceholder") === true;
  return { ...preview, url: preview.url ?? preview.originalUrl, isPlaceholder };
}

/** What is known of a link whose preview is not there: the address. */
export function barePreview(url: string | null): LinkPreview {
  return { url, originalUrl: url, title: null, summary: null, siteName: null, isPlaceholder: true };
}
