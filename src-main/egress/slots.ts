/** Lets at most `most` pieces of work be under way; the others wait in order. */
export function slots(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (work) => {
    if (busy < most) busy += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes straight to who has waited longest.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}
