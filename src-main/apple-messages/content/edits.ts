import type { Edit } from "../../../src-shared/domain/text.ts";
import type { MessageRow } from "../message-row.ts";
import { readSummaryInfo } from "../summary/summary-info.ts";
import { bareText } from "./placeholders.ts";

/** What became of a message after it was sent. */
export interface Edits {
  edits: Edit[];
  isUnsent: boolean;
  unsentParts: number[];
}

/**
 * Reads what was edited and what unsent. All of a message is gone when the unsent parts cover its original
 * layout; where the summary is damaged, when it has no parts left and was changed. Source: macOS 13 to 26.
 */
export function readEdits(row: MessageRow): Edits {
  const summary: unknown = row.summary;
  const info = summary instanceof Uint8Array ? readSummaryInfo(summary) : null;
  const isEmpty = row.item_type === 0 && row.part_count === 0 && row.edited_at !== null;
  if (info === null) return { edits: [], isUnsent: isEmpty, unsentParts: [] };
  const gone = new Set(info.unsentParts);
  const coversAll = info.layout.length > 0 && info.layout.every(({ part }) => gone.has(part));
  return {
    edits: info.edits
      .filter(({ part, versions }) => versions.length > 0 && !gone.has(part))
      .map(({ part, versions }) => ({
        part,
        versions: versions.map(({ at, body }) => ({ at, body: body && bareText(body.text) })),
      }))
      .toSorted((a, b) => a.part - b.part),
    isUnsent: coversAll || isEmpty,
    unsentParts: [...gone].toSorted((a, b) => a - b),
  };
}
