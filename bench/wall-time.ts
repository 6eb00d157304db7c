/** Milliseconds since 1970 with fractions, the same in every process of this machine. */
export const wallTime = (): number => performance.timeOrigin + performance.now();
