import { useEffect, useState } from "react";

const TICK_MS = 5000;

/** The time, for sentences that age. Moves seldom: nothing on the page should tick. */
export function useNow(): number {
  const [, setTicks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return Date.now();
}
