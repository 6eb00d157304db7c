import type { Status } from "../../src-shared/status.ts";
import { type HealthRow, healthRows } from "../../src-shared/words/health-rows.ts";
import { StateGlyph } from "../parts/state-glyph.tsx";
import { useNow } from "../parts/use-now.ts";

function Row({ row }: { row: HealthRow }) {
  const rest = row.subject === null ? row.sentence : row.sentence.slice(row.subject.length);
  return (
    <div className={`hrow is-${row.shape}`}>
      <StateGlyph shape={row.shape} />
      <b>{row.name}</b>
      <p title={row.sentence}>
        {row.subject !== null && <b>{row.subject}</b>}
        {rest}
      </p>
      <span className="num">{row.figure}</span>
    </div>
  );
}

/** One row for each thing that must be well. Only what can be done from here has a button, elsewhere. */
export function Health({ status }: { status: Status }) {
  const now = useNow();
  return (
    <section className="group health" aria-label="Health">
      {healthRows(status, now).map((row) => (
        <Row key={row.id} row={row} />
      ))}
    </section>
  );
}
