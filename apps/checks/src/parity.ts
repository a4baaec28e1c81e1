/**
 * docs/go-parity.md as a function of the tests: what is kept is the list of the titles of those tests, what is
 * changed or dropped is `parity-changes.ts`, each entry with the test that shows it.
 *
 * Written by `node --import tsx apps/checks/src/write-parity.ts`; a test fails when the file is out of date.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { changes } from "./parity-changes.ts";
import { root } from "./workspace.ts";

/** A test's title with the titles of the groups it stands in. */
export interface Title {
  readonly group: readonly string[];
  readonly title: string;
}

const CALLS = new Set(["test", "it"]);

/** The titles in a test file, in order. Placeholders of `test.each` stand as an ellipsis. */
function titlesOf(path: string): Title[] {
  const ast = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
  const out: Title[] = [];
  const visit = (node: ts.Node, group: readonly string[]): void => {
    if (ts.isCallExpression(node)) {
      const name = calledName(node.expression);
      const first = node.arguments[0];
      if (name !== null && first !== undefined) {
        const title = text(first);
        if (title !== null && CALLS.has(name)) {
          out.push({ group, title });
          return;
        }
        if (title !== null && name === "describe") {
          ts.forEachChild(node, (child) => visit(child, [...group, title]));
          return;
        }
      }
    }
    ts.forEachChild(node, (child) => visit(child, group));
  };
  visit(ast, []);
  return out;
}

/** `test`, `test.each(…)`, `describe.each(…)`: the name in front. */
function calledName(node: ts.Expression): string | null {
  if (ts.isIdentifier(node))
    return CALLS.has(node.text) || node.text === "describe" ? node.text : null;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node))
    return calledName(node.expression);
  return null;
}

function text(node: ts.Expression): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return node.text.replace(/%[sdifjo#]|\$[\w.]+/g, "…");
  }
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((s) => "…" + s.literal.text).join("");
  }
  return null;
}

/** Packages in reading order. */
export const ORDER = ["sched", "chan", "sync", "context", "types", "alloc", "gc", "slice", "map"];

/** Tests of Go's behaviour that stand in a file of their concept. */
const more: Readonly<Record<string, readonly string[]>> = {
  chan: ["channel.test.ts", "core.test.ts", "range.test.ts", "select.test.ts"],
  context: ["after-func.test.ts", "deadline.test.ts", "text.test.ts", "tree.test.ts"],
  sched: ["defer.test.ts", "gmp.test.ts", "timers.test.ts"],
  gc: ["lifetimes.test.ts"],
  map: ["range.test.ts", "value-map.test.ts"],
};

export function parityTitles(folder: string): Title[] {
  const dir = join(root, "packages", folder, "test");
  return readdirSync(dir)
    .filter((name) => /^go-parity.*\.test\.ts$/.test(name) || more[folder]?.includes(name))
    .sort()
    .flatMap((name) => titlesOf(join(dir, name)));
}

/** Markdown's signs as themselves, but in spans of code, where only the table's `|` is one. */
const escape = (s: string): string =>
  s
    .split(/(`[^`]+`)/)
    .map((part, i) => part.replace(i % 2 === 1 ? /\|/g : /[|<>*_`\\]/g, (c) => `\\${c}`))
    .join("")
    .replace(/\s+/g, " ");

/** The page. */
export function parityPage(): string {
  const out = [
    "---",
    "title: Go parity",
    "---",
    "",
    "<!-- Generated from the tests by `pnpm parity`; edits here are lost. -->",
    "",
    "# Go parity",
    "",
    "This page lists the behaviours of Go that are kept, changed or dropped. Every line under _kept_ is the title of a test",
    "of the package; each change names the test that shows it, and one that begins with a version is about that release of",
    "Go. Expected values were recorded from Go itself wherever that was possible (`apps/oracle`).",
    "",
  ];
  for (const folder of ORDER) {
    out.push(`## @gort/${folder}`, "");
    const own = changes.filter((c) => c.package === folder);
    if (own.length > 0) {
      out.push("| Go | here | why | test |", "| --- | --- | --- | --- |");
      for (const c of own) {
        out.push(
          `| ${escape(c.go)} | ${c.status}: ${escape(c.here)} | ${escape(c.why)} | ${escape(c.test)} |`,
        );
      }
      out.push("");
    }
    out.push("Kept:", "");
    let last = "";
    for (const { group, title } of parityTitles(folder)) {
      const heading = group.join(" / ");
      if (heading !== last && heading !== "") out.push(`- **${escape(heading)}**`);
      last = heading;
      const words = title.replace(/(:? ?…)+$/, "");
      // Only placeholders: what the cases are, the heading says.
      if (words !== "") out.push(`${heading === "" ? "" : "  "}- ${escape(words)}`);
    }
    out.push("");
  }
  return out.join("\n");
}

/** The changes whose test does not exist. */
export function danglingChanges(): string[] {
  return changes
    .filter((c) => {
      const [file, title] = [
        c.test.slice(0, c.test.indexOf(":")),
        c.test.slice(c.test.indexOf(":") + 2),
      ];
      const path = join(root, "packages", c.package, "test", file);
      return !existsSync(path) || !titlesOf(path).some((t) => t.title.includes(title));
    })
    .map((c) => `${c.package}: ${c.test}`);
}
