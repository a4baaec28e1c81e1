/** Writes docs/go-parity.md. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { parityPage } from "./parity.ts";
import { root } from "./workspace.ts";

const path = join(root, "docs/go-parity.md");
writeFileSync(path, await format(parityPage(), { ...(await resolveConfig(path)), filepath: path }));
