import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

// `minifySyntax` inlines the constants of the bucket layout; names and the shape of the code stay.
export default defineConfig({
  ...library({ index: "src/index.ts", testing: "src/testing/index.ts" }),
  esbuildOptions(options) {
    options.minifySyntax = true;
  },
});
