/**
 * The commands that README and docs tell people to run: all of those in `sh` blocks, and those in `code` that start with a
 * program of the repository's tool chain.
 *
 * What is checked is that a command can start: its script, program, files and packages exist. Running them all would
 * take longer than everything else; those that are cheap run elsewhere (the demo, the tests themselves).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPackages, root } from "./workspace.ts";

/** Commands in a Markdown text, without comments and variables set before. */
export function commandsIn(markdown: string): string[] {
  const found: string[] = [];
  const outside = markdown.replace(/^```(\w*)\n([\s\S]*?)^```$/gm, (_, language, body) => {
    if (language === "sh") found.push(...(body as string).split("\n"));
    return "";
  });
  for (const [, code] of outside.matchAll(/`((?:npm|npx|pnpm|node|bash) [^`]+)`/g))
    found.push(code!);
  return found
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .map((line) => line.replace(/^(?:[A-Z_]+=\S+ )+/, ""))
    .filter((line) => line !== "");
}

const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }).scripts,
);

/** What pnpm hands to npm or does itself, even where a script has the name: `pnpm docs` opens a page of the registry. */
const shadowing = new Set(
  "access bugs docs edit home info login ping prefix profile repo search show token version view".split(
    " ",
  ),
);

const names = new Set(readPackages().map((p) => p.manifest.name));

/** Why the command cannot start; "" if it can. */
export function cannotStart(command: string): string {
  const words = command.split(/\s+/).filter((word) => word !== "--silent");
  const [program, first = "", ...rest] = words;
  const missing = [first, ...rest].find(
    (word) => /^(?:packages|apps|scripts|docs|\.ci)\//.test(word) && !existsSync(join(root, word)),
  );
  if (missing !== undefined) return `no file ${missing}`;
  if (program === "node" || program === "bash" || program === "npx") return "";
  if (program !== "npm" && program !== "pnpm") return `unknown program ${program}`;
  if (program === "npm" && first === "install") {
    const stranger = rest.find((name) => name.startsWith("@gort/") && !names.has(name));
    return stranger === undefined ? "" : `no package ${stranger}`;
  }
  const name = first === "run" || first === "exec" ? rest[0]! : first;
  if (program === "pnpm" && name === first && shadowing.has(name))
    return `pnpm ${name} is a command of pnpm's own: pnpm run ${name}`;
  if (program === "pnpm" && name === "turbo")
    return "turbo then looks for pnpm in the package's own node_modules: name the script, as in pnpm build";
  if (scripts.includes(name)) return "";
  if (program === "pnpm" && existsSync(join(root, "node_modules/.bin", name))) return "";
  return `no script ${name}`;
}
