/** The two IPC channels between the window and the app. */
export const CALL = "bellhop:call";
export const PUSH = "bellhop:push";
