import { defineConfig } from "tsup";

// One file, straight from the packages' sources: the demo runs seconds after a clone, without their builds.
export default defineConfig({
  entry: { main: "src/main.ts" },
  format: "esm",
  target: "node20",
  platform: "node",
  noExternal: [/^@gort\//],
  sourcemap: true,
  clean: true,
  outDir: "dist",
  esbuildOptions(options) {
    options.conditions = ["@gort/source"];
    options.minifySyntax = true;
  },
});
