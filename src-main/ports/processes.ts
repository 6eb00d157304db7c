/** A program to run, without a shell. */
export interface Command {
  /** Absolute path of the program. */
  file: string;
  args: readonly string[];
  /** After this many milliseconds the process and all its children are killed. */
  timeoutMs: number;
  /** Kills them early; it ends as one that was killed. */
  signal?: AbortSignal;
}

/** How it ended. */
export interface Finished {
  /** Null when it was killed. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Where child processes come from. */
export interface Processes {
  /** Runs one program to its end. Rejects only when it could not be started at all. */
  run(command: Command): Promise<Finished>;
}
