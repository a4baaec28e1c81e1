/** The tarballs as code for older engines: what compilers make of them works as well. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, inject, test } from "vitest";
import { sh } from "../src/run.ts";
import { readPackages, root } from "../src/workspace.ts";

const { dir } = inject("project");

const entry = `
import { panic, recover, run, sleep, withDefer } from "@gort/sched";
import { ErrGroup } from "@gort/sync";
import { expected, program } from ${JSON.stringify(join(root, "apps/checks/programs/program.mjs"))};

void (async () => {
  const found = await program();
  const recovered = [
    await run(function* () {
      return yield* withDefer(function* (s) {
        s.defer(function* () {
          yield* sleep(1);
          s.result = recover();
        });
        panic("of a generator");
      });
    }),
    await withDefer(async (s) => {
      s.defer(async () => {
        s.result = recover();
        await sleep(1);
      });
      panic("of an async function");
    }),
  ];
  const group = new ErrGroup();
  group.go(() => recovered.push("in a group"));
  await group.wait();
  const want = "of a generator, of an async function, in a group";
  const same = found === expected && recovered.join(", ") === want;
  console.log(same ? "ok" : found + "; " + recovered.join(", "));
})();
`;

test.each(["es2018", "es2017", "es2015"])("lowered to %s by esbuild they run", async (target) => {
  const outfile = join(dir, `lowered-${target}.cjs`);
  await build({
    stdin: { contents: entry, resolveDir: dir },
    bundle: true,
    platform: "node",
    target,
    outfile,
    nodePaths: [join(dir, "node_modules")],
    logLevel: "error",
  });
  expect(await sh(dir, "node", outfile)).toBe("ok\n");
});

/** The files of the tarballs that users load, by their names. */
function* distributed(): Generator<[name: string, text: string]> {
  for (const { folder } of readPackages()) {
    const dist = join(dir, "node_modules/@gort", folder, "dist");
    for (const name of readdirSync(dist).filter((file) => file.endsWith(".js")))
      yield [`${folder}/${name}`, readFileSync(join(dist, name), "utf8")];
  }
}

test("no class has a static block: React Native's preset for Babel refuses these", () => {
  for (const [name, text] of distributed()) expect(text, name).not.toMatch(/\bstatic ?\{/);
});

test("no class is all that an arrow function consists of: Babel moves its private methods out of reach", () => {
  for (const [name, text] of distributed()) expect(text, name).not.toMatch(/=> class\b/);
});
