import { app, powerMonitor } from "electron";

/** How long the gateway may take to put its things away: its own drain (3 s) and some. */
const DEADLINE_MS = 5000;

/**
 * On quit the gateway stops first; when it does not in time, the app ends without it. `exit`, since a second
 * `quit` is not heard by an app that a signal has told to quit.
 */
export function stopBeforeQuit(stop: () => Promise<void>): void {
  let isStopping = false;
  let isShuttingDown = false;
  // Holding up the quit would cancel the Mac's own shutdown or log-out; every commit is durable without it.
  powerMonitor.on("shutdown", () => {
    isShuttingDown = true;
    void stop().catch(() => {});
  });
  app.on("before-quit", (event) => {
    if (isShuttingDown) return;
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    void withDeadline(stop(), DEADLINE_MS).then((fine) => app.exit(fine ? 0 : 1));
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => app.quit());
}

/** Whether the work was done well and in time. */
async function withDeadline(work: Promise<void>, ms: number): Promise<boolean> {
  const deadline = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => deadline.resolve(false), ms);
  const done = work.then(
    () => true,
    () => false,
  );
  const fine = await Promise.race([done, deadline.promise]);
  clearTimeout(timer);
  return fine;
}
