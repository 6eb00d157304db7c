import type { Edit, Translation } from "../../../src-shared/domain/text.ts";
import type { MessageRow } from "../message-row.ts";
import { type PartVersion, readSummaryInfo, type SummaryInfo } from "../summary/summary-info.ts";
import { bareText } from "./placeholders.ts";

/** What became of a message after it was sent. */
export interface Edits {
  edits: Edit[];
  isUnsent: boolean;
  unsentParts: number[];
  translations: Translation[];
}

/** Messages lets a message be edited five times; more than these are nobody's. */
const MOST_VERSIONS = 100;
const MOST_PARTS = 200;
/** UTF-16 units of all versions together, and of all translations. */
const MOST_TEXT = 1_000_000;
/** Versions may share one text, so all of them are no longer than so many times what they came in. */
const TEXT_PER_BYTE = 16;

/**
 * Reads what was edited, what unsent and what translated. All of a message is gone when the unsent parts cover its
 * original layout; where the summary is damaged, when it has no parts left and was changed. It gives 200 parts at
 * most, the last 100 versions of each, and 1 MB of text, or 16 times what came: the oldest versions go first.
 * Source: macOS 13 to 26.
 */
export function readEdits(row: MessageRow): Edits {
  const summary: unknown = row.summary;
  const info = summary instanceof Uint8Array ? readSummaryInfo(summary) : null;
  const isEmpty = row.item_type === 0 && row.part_count === 0 && row.edited_at !== null;
  if (info === null) return { edits: [], isUnsent: isEmpty, unsentParts: [], translations: [] };
  const room = Math.min(MOST_TEXT, (row.summary?.length ?? 0) * TEXT_PER_BYTE);
  const gone = new Set(info.unsentParts);
  const coversAll = info.layout.length > 0 && info.layout.every(({ part }) => gone.has(part));
  return {
    edits: editsIn(info, gone, room),
    isUnsent: coversAll || isEmpty,
    unsentParts: [...gone]
      .filter((part) => Number.isSafeInteger(part))
      .toSorted((a, b) => a - b)
      .slice(0, MOST_PARTS),
    translations: translationsIn(info, room),
  };
}

/** What an edited message says when neither its text nor its body does: the last version of each part. */
export function lastVersions(edits: readonly Edit[]): { part: number; text: string }[] {
  return edits.flatMap(({ part, versions }) => {
    const text = versions.at(-1)?.body ?? null;
    return text === null ? [] : [{ part, text }];
  });
}

/** A part while its versions are chosen, the last one first. */
interface OpenEdit {
  part: number;
  left: PartVersion[];
  kept: Edit["versions"];
}

function editsIn(info: SummaryInfo, gone: ReadonlySet<number>, room: number): Edit[] {
  const parts = info.edits
    .filter(({ part, versions }) => versions.length > 0 && !gone.has(part))
    .toSorted((a, b) => a.part - b.part)
    .slice(0, MOST_PARTS)
    .map(({ part, versions }): OpenEdit => ({ part, left: versions.slice(-MOST_VERSIONS), kept: [] }));
  // What stands now first, part by part, then what stood before it.
  let open = parts;
  for (let used = 0; open.length > 0; ) {
    open = open.filter(({ left, kept }) => {
      const version = left.pop();
      if (version === undefined) return false;
      const body = version.body && bareText(version.body.text);
      used += body?.length ?? 0;
      if (used > room) return false;
      kept.unshift({ at: version.at, body });
      return true;
    });
  }
  return parts.filter(({ kept }) => kept.length > 0).map(({ part, kept }) => ({ part, versions: kept }));
}

function translationsIn(info: SummaryInfo, room: number): Translation[] {
  let used = 0;
  return info.translations.slice(0, MOST_PARTS).flatMap(({ part, text, language }) => {
    used += text.length + (language?.length ?? 0);
    const bare = used > room ? null : bareText(text);
    return bare === null ? [] : [{ part, text: bare, language }];
  });
}
