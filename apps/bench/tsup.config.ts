import { defineConfig } from "tsup";

// The packages stay outside: what is measured is their own build, as a user gets it.
export default defineConfig({
  entry: [
    "src/main.ts",
    "src/child.ts",
    "src/go-wasm.ts",
    "src/workload.ts",
    "src/map-jobs.ts",
    "src/malloc-jobs.ts",
    "src/parked.ts",
    "src/contenders/*.ts",
    "src/costs.ts",
    "src/costs/*.ts",
  ],
  format: "esm",
  target: "node20",
  platform: "node",
  splitting: true,
  clean: true,
  outDir: "dist",
});
