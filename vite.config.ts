import { builtinModules } from "node:module";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const root = import.meta.dirname;
const at = (path: string) => resolve(root, path);

/** Everything Bellhop is made of, in one build: the window, what runs under Node or Electron, and the preload. */
export default defineConfig({
  root: at("src-renderer"),
  base: "./",
  plugins: [react()],
  builder: {
    sharedConfigBuild: true,
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) await builder.build(environment);
    },
  },
  environments: {
    client: {
      build: { outDir: at("dist/renderer"), emptyOutDir: true, target: "chrome140" },
    },
    node: {
      consumer: "server",
      build: {
        ssr: true,
        outDir: at("dist"),
        emptyOutDir: false,
        target: "node24",
        sourcemap: true,
        rolldownOptions: {
          input: {
            main: at("src-main/main.ts"),
            headless: at("src-main/headless.ts"),
            cli: at("src-main/cli.ts"),
            "osascript-stand-in": at("src-main/osascript-stand-in.ts"),
          },
          external: ["electron"],
          output: { format: "esm", chunkFileNames: "chunks/[name]-[hash].js" },
        },
      },
    },
    preload: {
      consumer: "server",
      resolve: { noExternal: true },
      build: {
        ssr: true,
        outDir: at("dist"),
        emptyOutDir: false,
        target: "chrome140",
        rolldownOptions: {
          input: { preload: at("src-main/preload.ts") },
          external: ["electron", ...builtinModules],
          output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
        },
      },
    },
  },
});
