import type { Options } from "tsup";
import ts from "typescript";

type Plugin = NonNullable<Options["plugins"]>[number];

/**
 * A class with a key that is computed (`[Symbol.for("…")]() {}`), or that extends another, is not left out by esbuild where nobody
 * uses it: computing a key, or asking the other class for its prototype, might do something. What a function that is declared pure
 * returns is, so each such class is made the result of one. So is a namespace (`export * as maps`), which esbuild fills by a call:
 * without, each import of its chunk would bring all that is in it.
 *
 * A pure call in the sources has to be of a function with a name: one that is called where it stands, `(() => x)()`, esbuild writes
 * out, and then does not know any more that it is pure.
 */
const pureResults: Plugin = {
  name: "pure-results",
  renderChunk(code, info) {
    const file = ts.createSourceFile(info.path, code, ts.ScriptTarget.ESNext, true);
    const edits: [at: number, text: string][] = [];
    for (const [i, statement] of file.statements.entries()) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        const next = file.statements[i + 1];
        if (initializer !== undefined && next && fills(next, name.getText())) {
          edits.push([
            initializer.getStart(),
            `/* @__PURE__ */ (() => { const ${name.getText()} = `,
          ]);
          edits.push([next.getEnd(), ` return ${name.getText()}; })();`]);
        }
        if (initializer === undefined || !ts.isClassExpression(initializer)) continue;
        if (
          !ts.isIdentifier(name) ||
          (!initializer.members.some(hasComputedKey) && !initializer.heritageClauses)
        )
          continue;
        const at = initializer.getStart();
        edits.push([at, "/* @__PURE__ */ (() => { return "], [initializer.getEnd(), "; })()"]);
        // A class has the name of its variable; one that is returned would have none.
        if (initializer.name === undefined) edits.push([at + "class".length, ` ${name.text}`]);
      }
    }
    if (edits.length === 0) return undefined;
    edits.sort(([a], [b]) => b - a);
    for (const [at, text] of edits) code = code.slice(0, at) + text + code.slice(at);
    // No line moves, so the map of the sources still holds.
    return { code, map: info.map ?? null };
  },
};

/** Whether a statement is esbuild's call that fills the namespace `name`. */
const fills = (statement: ts.Statement, name: string): boolean =>
  ts.isExpressionStatement(statement) &&
  ts.isCallExpression(statement.expression) &&
  statement.expression.expression.getText() === "__export" &&
  statement.expression.arguments[0]?.getText() === name;

const hasComputedKey = (member: ts.ClassElement): boolean =>
  member.name !== undefined && ts.isComputedPropertyName(member.name);

/** The one build of every package: ESM for Node 20.19+, which `require()` loads too, with types and source maps. */
export const library = (entry: Record<string, string> = { index: "src/index.ts" }): Options => ({
  entry,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  // The declarations name `Symbol.dispose`, which TypeScript's libs of ES2023 and older lack.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
  treeshake: true,
  splitting: true,
  outDir: "dist",
  plugins: [pureResults],
  // Inlines constants of other modules, which V8 does not fold: up to twice as fast. Names and layout stay.
  esbuildOptions(options) {
    options.minifySyntax = true;
  },
});
