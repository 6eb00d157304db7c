/**
 * A place where only one piece of work is done at a time, in the order in which it was asked for. One that fails
 * fails for who asked, and holds up nobody.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = before.then(work);
    before = done.catch(() => null);
    return done;
  };
}
