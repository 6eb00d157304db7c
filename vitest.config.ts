import { defineConfig } from "vitest/config";

/** Tests lie beside what they test. They wait for conditions, never for time, so a long limit costs nothing. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["src-*/**/*.test.ts", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
