import { ATTACHMENT_COLUMNS, CHAT_COLUMNS, MESSAGE_COLUMNS } from "../schema/columns.ts";
import type { Store } from "./store.ts";

/** Columns by name, with the values they shall have. */
export type ColumnValues = Readonly<Record<string, string | number | bigint | Buffer | null>>;

const TABLES = { message: MESSAGE_COLUMNS, chat: CHAT_COLUMNS, attachment: ATTACHMENT_COLUMNS };

/**
 * Writes single columns of one row (by ROWID) as they are. A column that a later macOS brought is left out on
 * an older one, which knows nothing of it. Throws for a name that no version has.
 */
export function setColumns(
  store: Store,
  table: keyof typeof TABLES,
  rowId: number,
  values: ColumnValues,
): void {
  const known = TABLES[table].filter(({ since }) => since === undefined || since <= store.macos);
  const names = Object.keys(values).filter((name) => {
    if (!TABLES[table].some((column) => column.name === name)) {
      throw new Error(`No macOS has a column ${name} in ${table}.`);
    }
    return known.some((column) => column.name === name);
  });
  if (names.length === 0) return;
  const assignments = names.map((name) => `${name} = @${name}`).join(", ");
  store.database
    .prepare(`UPDATE ${table} SET ${assignments} WHERE ROWID = @_row`)
    .run({ ...values, _row: rowId });
}
