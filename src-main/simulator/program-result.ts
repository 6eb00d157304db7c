/** How a run of a stand-in ended. */
export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}
