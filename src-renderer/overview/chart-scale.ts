const STEPS = [10, 20, 40, 60, 80, 100];

/** The round number at the top of an axis that has to hold `most`; half of it is round too. */
export function roundTop(most: number): number {
  let unit = 1;
  while (most > 100 * unit) unit *= 10;
  return (STEPS.find((step) => step * unit >= most) ?? 100) * unit;
}

/** The feed latency that Bellhop promises. */
export const LATENCY_LIMIT_MS = 20;

/** The top of the latency axis: a little over the limit, or over whatever was worse. */
export function latencyTop(worst: number): number {
  return worst <= 24 ? 24 : roundTop(worst);
}
