/**
 * `pnpm sizes [--write | --measure DIR]`: bundles every import of the list from the packed tarballs and prints their sizes beside
 * the budget; `--write` makes the measurement the new budget; `--measure DIR` prints JSON for a project that is already there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { packedProject } from "./packed.ts";
import { compare, measure, table, type Sizes } from "./sizes.ts";

const [mode, dir] = process.argv.slice(2).filter((a) => a !== "--");
if (mode !== undefined && mode !== "--write" && mode !== "--measure") {
  console.error(`sizes: there is no option "${mode}"; usage: pnpm sizes [--write]`);
  process.exit(2);
}
if (mode === "--measure") {
  console.log(JSON.stringify(await measure(dir!)));
} else {
  const file = fileURLToPath(new URL("../sizes.json", import.meta.url));
  const project = await packedProject();
  try {
    const now = await measure(project.dir);
    console.log(table(now));
    if (mode === "--write") {
      writeFileSync(file, JSON.stringify(now, null, 2) + "\n");
      console.log("The READMEs show some of these: pnpm costs --tables");
    } else {
      const { over, under } = compare(now, JSON.parse(readFileSync(file, "utf8")) as Sizes);
      for (const line of over) console.log(`over:  ${line}`);
      for (const line of under) console.log(`under: ${line}`);
      process.exitCode = over.length === 0 ? 0 : 1;
    }
  } finally {
    project.remove();
  }
}
