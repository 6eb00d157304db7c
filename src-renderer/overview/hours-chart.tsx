import type { Status } from "../../src-shared/status.ts";
import { clockWords } from "../../src-shared/words/moments.ts";
import { figureWords } from "../../src-shared/words/numbers.ts";
import { roundTop } from "./chart-scale.ts";
import { useChosen } from "./use-chosen.ts";

type Hour = Status["hours"][number];
const SHOWN = 24;
const LABELLED = [0, 6, 12, 18];

const sum = (counts: (number | null)[]) => counts.reduce<number>((total, count) => total + (count ?? 0), 0);
const all = (hour: Hour) => (hour.received ?? 0) + (hour.sent ?? 0);
const isGap = (hour: Hour) => hour.received === null || hour.sent === null;

function hourWords(hour: Hour): string {
  const time = clockWords(hour.startsAt);
  if (isGap(hour)) return `${time}: not known`;
  return `${time}: ${figureWords(hour.received ?? 0)} received, ${figureWords(hour.sent ?? 0)} sent`;
}

function chartWords(hours: Hour[], received: number, sent: number): string {
  const busiest = hours.reduce((most, hour) => (all(hour) > all(most) ? hour : most));
  const gaps = hours.filter(isGap).length;
  const unknown = gaps === 0 ? "" : ` ${gaps === 1 ? "One hour is" : `${gaps} hours are`} not known.`;
  return (
    `Messages per hour over the last 24 hours: ${figureWords(received)} received, ${figureWords(sent)} sent; ` +
    `the busiest hour was ${clockWords(busiest.startsAt)} with ${figureWords(all(busiest))}.${unknown}`
  );
}

function Bar({ hour, top, isNow, isChosen }: { hour: Hour; top: number; isNow: boolean; isChosen: boolean }) {
  const kinds = [isNow && "now", isGap(hour) && "gap", hour.sent === 0 && "solo", isChosen && "chosen"];
  const share = (count: number | null) => ((count ?? 0) / top) * 100;
  return (
    <i
      className={kinds.filter(Boolean).join(" ")}
      style={{ "--n": share(hour.received), "--o": share(hour.sent) }}
    />
  );
}

function Plot({ hours, received, sent }: { hours: Hour[]; received: number; sent: number }) {
  const { chosen, handlers } = useChosen(hours.length);
  const top = roundTop(Math.max(...hours.map(all)));
  const read = chosen === null ? undefined : hours[chosen];
  return (
    <>
      <header>
        <h3>Messages per hour</h3>
        {read === undefined ? (
          <p>
            <span className="key">{figureWords(received)} received</span>
            <span className="key out">{figureWords(sent)} sent</span>
          </p>
        ) : (
          <p>{hourWords(read)}</p>
        )}
      </header>
      <div className="plot">
        <div className="grid" />
        <span className="y at-top">{figureWords(top)}</span>
        <span className="y at-half">{figureWords(top / 2)}</span>
        <div
          className="bars"
          role="slider"
          aria-readonly="true"
          tabIndex={0}
          aria-label={chartWords(hours, received, sent)}
          aria-valuemin={0}
          aria-valuemax={hours.length - 1}
          aria-valuenow={chosen ?? hours.length - 1}
          aria-valuetext={read === undefined ? "Arrow keys read one hour" : hourWords(read)}
          {...handlers}
        >
          {hours.map((hour, index) => (
            <Bar
              key={hour.startsAt}
              hour={hour}
              top={top}
              isNow={index === hours.length - 1}
              isChosen={index === chosen}
            />
          ))}
        </div>
      </div>
      <div className="xax hours" aria-hidden="true">
        {LABELLED.map((at) => {
          const hour = hours[at];
          return (
            hour !== undefined && (
              <span key={at} style={{ "--at": at }}>
                {clockWords(hour.startsAt)}
              </span>
            )
          );
        })}
        <span style={{ "--at": SHOWN - 1 }}>now</span>
      </div>
    </>
  );
}

/** The last 24 hours: received below, sent above, hours that are not known hatched. */
export function HoursChart({ status }: { status: Status }) {
  const hours = status.hours.slice(-SHOWN);
  const received = sum(hours.map((hour) => hour.received));
  const sent = sum(hours.map((hour) => hour.sent));
  const isEmpty = received + sent === 0 && !hours.some(isGap);
  return (
    <section className="chart">
      {isEmpty ? (
        <>
          <header>
            <h3>Messages per hour</h3>
          </header>
          <div className="plot">
            <div className="grid is-bare" />
            <p className="none">No messages in the last 24 hours</p>
          </div>
          <div className="xax hours" />
        </>
      ) : (
        <Plot hours={hours} received={received} sent={sent} />
      )}
    </section>
  );
}
