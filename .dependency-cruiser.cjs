/* Who may import whom; scripts/import-rules.test.ts proves that each rule bites. */

/** Tests, and what helps them: a folder `testing`, and the seeded simulation. */
const TESTS = "\\.test\\.tsx?$|/testing/|^src-main/simulation/";
const NODE = { dependencyTypes: ["core"] };

/** A rule between folders: what `from` may not reach directly. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid("no-cycles", "Modules do not import each other in a circle.", {}, { circular: true }),
    forbid("resolvable", "What is imported exists.", {}, { couldNotResolve: true, pathNot: "^vite/client$" }),
    forbid(
      "electron-stays-in-the-shell",
      "Only desktop/, main.ts and preload.ts know Electron; everything else runs under plain Node too.",
      { path: "^src-", pathNot: "^src-main/(desktop/|main\\.ts$|preload\\.ts$)" },
      { path: "^(node_modules/)?(electron|electron-store)(/|$)" },
    ),
    forbid(
      "only-roots-use-the-shell",
      "desktop/ is for main.ts and preload.ts.",
      { path: "^src-", pathNot: "^src-main/(desktop/|main\\.ts$|preload\\.ts$)" },
      { path: "^src-main/desktop/" },
    ),
    forbid(
      "window-knows-only-what-is-shared",
      "src-renderer imports src-shared and its own packages.",
      { path: "^src-renderer/" },
      { path: "^(src-main|scripts|bench|e2e|resources)/" },
    ),
    forbid(
      "window-runs-without-node",
      "src-renderer runs in a browser.",
      { path: "^src-renderer/", pathNot: TESTS },
      NODE,
    ),
    forbid(
      "shared-runs-without-node",
      "src-shared runs on both sides.",
      { path: "^src-shared/", pathNot: TESTS },
      NODE,
    ),
    forbid(
      "shared-knows-only-itself-and-zod",
      "src-shared is agreed by both sides, so it depends on neither.",
      { path: "^src-shared/", pathNot: TESTS },
      { pathNot: "^src-shared/|^(node_modules/)?zod(/|$)", dependencyTypesNot: ["core"] },
    ),
    forbid(
      "reader-knows-no-gateway",
      "apple-messages/ is handed its state and returns changes.",
      { path: "^src-main/apple-messages/", pathNot: TESTS },
      { path: "^src-main/(http|storage|dialects|journal|webhooks|sending|reading|access|control)/" },
    ),
    forbid(
      "dialects-are-strangers",
      "A dialect knows no other dialect.",
      { path: "^src-main/dialects/([^/]+)/" },
      { path: "^src-main/dialects/([^/]+)/", pathNot: "^src-main/dialects/$1/" },
    ),
    forbid(
      "dialects-only-translate",
      "A dialect asks services; it knows no SQL and no chat.db.",
      { path: "^src-main/dialects/", pathNot: TESTS },
      { path: "^src-main/(apple-messages|storage)/|^(node_modules/)?better-sqlite3(/|$)" },
    ),
    forbid(
      "outside-world-is-handed-in",
      "ports/real.ts, and what it is made of, is made real by the composition roots alone.",
      {
        path: "^src-",
        pathNot: `^src-main/(main|headless|launch|cli|osascript-stand-in|ports/real)\\.ts$|^src-main/cli/|${TESTS}`,
      },
      { path: "^src-main/(ports/real|egress/real-network)\\.ts$" },
    ),
    forbid(
      "network-is-guarded",
      "Whatever goes out goes through egress/, where addresses are judged; fetch and sockets of one's own would not be.",
      { path: "^src-main/", pathNot: `^src-main/egress/|${TESTS}` },
      { path: "^(node:)?(https|tls|dns|dgram|http2)(/|$)" },
    ),
    forbid(
      "simulation-is-a-test",
      "Nothing of the product imports what puts it to the test.",
      { path: "^src-", pathNot: TESTS },
      { path: "^src-main/simulation/" },
    ),
    forbid(
      "simulator-stays-apart",
      "The gateway cannot tell simulated Messages from Apple's, so it does not import them.",
      {
        path: "^src-",
        pathNot: `^src-main/(main|headless|launch|cli|osascript-stand-in)\\.ts$|^src-main/(cli|simulator)/|${TESTS}`,
      },
      { path: "^src-main/simulator/" },
    ),
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|release|test-results|playwright-report)/" },
    tsPreCompilationDeps: true,
    moduleSystems: ["es6", "cjs"],
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
      extensions: [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".json", ".d.ts"],
    },
  },
};
