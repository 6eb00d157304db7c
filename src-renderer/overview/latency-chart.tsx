import type { Status } from "../../src-shared/status.ts";
import { atWords, clockWords } from "../../src-shared/words/moments.ts";
import { durationWords } from "../../src-shared/words/numbers.ts";
import { useNow } from "../parts/use-now.ts";
import { LATENCY_LIMIT_MS, latencyTop } from "./chart-scale.ts";
import { useChosen } from "./use-chosen.ts";

type Point = Status["latency"][number];
const HOUR_MS = 3_600_000;

function pointWords(point: Point): string {
  return `${clockWords(point.at)}: ${durationWords(point.medianMs)}, 99 in 100 under ${durationWords(point.p99Ms)}`;
}

function chartWords(status: Status, worst: number): string {
  const { latencyMs, problem } = status.reading;
  const median = latencyMs === null ? "not known" : `${Math.round(latencyMs)} milliseconds`;
  const stopped = problem === null ? "" : " Reading has stopped since.";
  return (
    `Feed latency over the last hour: median ${median}, ` +
    `99 in 100 under ${Math.ceil(worst)} milliseconds at worst, limit ${LATENCY_LIMIT_MS}.${stopped}`
  );
}

function path(
  points: Point[],
  x: (at: number) => number,
  y: (ms: number) => number,
  of: (point: Point) => number,
) {
  const steps = points.map((point) => `${x(point.at).toFixed(1)} ${y(of(point)).toFixed(1)}`);
  // One minute alone is a short stroke: a path of one point draws nothing
  return steps.length === 1 ? `M${steps[0]}h1` : `M${steps.join("L")}`;
}

function headingWords(status: Status, now: number): string {
  const { problem, since, latencyMs } = status.reading;
  if (problem !== null) return since === null ? "stopped" : `stopped ${atWords(since, now)}`;
  return latencyMs === null ? "" : `${durationWords(latencyMs)} median`;
}

function Plot({ status, points, now }: { status: Status; points: Point[]; now: number }) {
  const { chosen, handlers } = useChosen(points.length);
  const worst = Math.max(...points.map((point) => point.p99Ms));
  const top = latencyTop(worst);
  const from = now - HOUR_MS;
  const x = (at: number) => Math.max(0, Math.min(100, ((at - from) / HOUR_MS) * 100));
  const y = (ms: number) => 100 - (ms / top) * 100;
  const read = chosen === null ? undefined : points[chosen];
  const last = points.at(-1);
  const { problem, since } = status.reading;
  const gapAt = problem === null ? null : x(since ?? last?.at ?? now);
  return (
    <>
      <header>
        <h3>Feed latency</h3>
        <p>
          {read === undefined
            ? headingWords(status, now)
            : `${clockWords(read.at)}: ${durationWords(read.medianMs)}`}
        </p>
      </header>
      <div
        className="spark"
        role="slider"
        aria-readonly="true"
        tabIndex={0}
        aria-label={chartWords(status, worst)}
        aria-valuemin={0}
        aria-valuemax={points.length - 1}
        aria-valuenow={chosen ?? points.length - 1}
        aria-valuetext={read === undefined ? "Arrow keys read one minute" : pointWords(read)}
        {...handlers}
      >
        <div className="limit" style={{ top: `${y(LATENCY_LIMIT_MS)}%` }}>
          <span>{LATENCY_LIMIT_MS} ms</span>
        </div>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path className="p99" d={path(points, x, y, (point) => point.p99Ms)} />
          <path d={path(points, x, y, (point) => point.medianMs)} />
        </svg>
        {gapAt !== null && <div className="sgap" style={{ left: `${Math.min(97, gapAt)}%` }} />}
        {read !== undefined && <i className="reading" style={{ left: `${x(read.at)}%` }} />}
        <div className="base" />
        {gapAt === null && last !== undefined && now - last.at < HOUR_MS / 12 && (
          <i className="dot" style={{ top: `${y(last.medianMs)}%` }} />
        )}
      </div>
      <div className="xax flush" aria-hidden="true">
        <span>{clockWords(from)}</span>
        <span>now</span>
      </div>
    </>
  );
}

/** The last hour: how long after Messages stored a message it was an event. */
export function LatencyChart({ status }: { status: Status }) {
  const now = useNow();
  // A minute more than is shown, so that the line begins at the edge
  const points = status.latency.filter((point) => point.at >= now - HOUR_MS - 60_000);
  return (
    <section className="chart">
      {points.length === 0 ? (
        <>
          <header>
            <h3>Feed latency</h3>
            <p>{status.reading.problem === null ? "" : headingWords(status, now)}</p>
          </header>
          <div className="spark">
            <div className="base" />
            <p className="none">No messages in the last hour</p>
          </div>
        </>
      ) : (
        <Plot status={status} points={points} now={now} />
      )}
    </section>
  );
}
