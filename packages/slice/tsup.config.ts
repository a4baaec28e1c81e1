import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

export default defineConfig(
  library({
    index: "src/index.ts",
    slices: "src/slices/index.ts",
    strings: "src/strings/index.ts",
    testing: "src/testing/index.ts",
  }),
);
