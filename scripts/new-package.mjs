/** `node scripts/new-package.mjs NAME "what it is"`: a package with everything the checks ask for. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

const [name, description] = process.argv.slice(2);
if (!/^[a-z]+$/.test(name ?? "") || !description) {
  console.error(
    'usage: node scripts/new-package.mjs NAME "what it is"   (NAME in lower case letters)',
  );
  process.exit(2);
}
const dir = join(root, "packages", name);
if (existsSync(dir)) {
  console.error(`packages/${name} exists already`);
  process.exit(1);
}
for (const sub of ["src", "test"]) mkdirSync(join(dir, sub), { recursive: true });
const json = (file, value) => writeFileSync(join(dir, file), JSON.stringify(value, null, 2) + "\n");
json("package.json", {
  name: `@gort/${name}`,
  version: "0.0.0",
  description,
  keywords: ["go", "golang", "runtime", name],
  homepage: `https://github.com/gort-dev/gort/tree/main/packages/${name}#readme`,
  bugs: "https://github.com/gort-dev/gort/issues",
  license: "MIT",
  repository: {
    type: "git",
    url: "git+https://github.com/gort-dev/gort.git",
    directory: `packages/${name}`,
  },
  type: "module",
  sideEffects: false,
  engines: { node: ">=20.19" },
  exports: {
    ".": {
      "@gort/source": "./src/index.ts",
      types: "./dist/index.d.ts",
      default: "./dist/index.js",
    },
    "./package.json": "./package.json",
  },
  files: ["dist", "src", "README.md", "CHANGELOG.md", "LICENSE"],
  scripts: {
    build: "tsup && node ../../scripts/strip-internal.mjs",
    typecheck: "tsc -p tsconfig.json",
  },
  publishConfig: { access: "public" },
});
json("tsconfig.json", {
  extends: "../../tsconfig.base.json",
  include: ["src", "test", "*.ts"],
  compilerOptions: { types: ["node"] },
});
json("typedoc.json", {
  entryPoints: ["src/index.ts"],
  sourceLinkTemplate: `https://github.com/gort-dev/gort/blob/main/packages/${name}/src/{path}#L{line}`,
});
writeFileSync(
  join(dir, "tsup.config.ts"),
  `import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

export default defineConfig(library());
`,
);
const headings = ["What is in it", "When not", "What it costs", "Errors", "Interop", "FAQ"];
writeFileSync(
  join(dir, "README.md"),
  [`# @gort/${name}`, `${description}.`, ...headings.map((h) => `## ${h}`)].join("\n\n") + "\n",
);
writeFileSync(
  join(dir, "src/api.ts"),
  `/**\n * Contracts of \`@gort/${name}\`.\n *\n * Invariants\n *  1.\n */\nexport {};\n`,
);
writeFileSync(join(dir, "src/index.ts"), `export type * from "./api.ts";\n`);
copyFileSync(join(root, "LICENSE"), join(dir, "LICENSE"));
execFileSync(join(root, "node_modules/.bin/prettier"), ["--write", "--log-level", "warn", dir]);
console.log(`packages/${name} is made. Next:
  npx --yes pnpm install
  name it and what it may import in apps/checks/test/structure.test.ts
  give its files categories in scripts/typedoc-categories.mjs
  describe its sources in docs/internals/${name}.md, and list that page in docs/internals/README.md
  link its README from the table of packages in README.md`);
