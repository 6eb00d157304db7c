import { useEffect, useState } from "react";

const QUIET_MS = 300;
const ROWS = ["reading", "sending", "webhooks", "full-disk-access", "automation", "accessibility"];

/** Nothing at first, then the grey shapes of what is coming. */
export function Loading() {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return <div className="scroll" aria-busy="true" />;
  return (
    <div className="scroll" aria-busy="true">
      <div className="col" data-testid="loading">
        <div className="hero">
          <span className="sk sk-bell" />
          <div>
            <span className="sk sk-title" />
            <span className="sk sk-detail" />
          </div>
        </div>
        <div className="group health">
          {ROWS.map((row, index) => (
            <div className="hrow" key={row}>
              <span className="sk sk-glyph" />
              <span className="sk sk-name" />
              <span className="sk sk-line" style={{ width: `${62 - ((index * 13) % 31)}%` }} />
            </div>
          ))}
        </div>
        <div className="charts">
          <span className="sk sk-chart" />
          <span className="sk sk-chart" />
        </div>
      </div>
    </div>
  );
}
