/**
 * Finds every example in docstrings, READMEs and docs, and turns it into a module that checks itself.
 *
 * Invariants
 *  1. An example is a fenced `ts` block under `@example` in a package's source, or in a Markdown file.
 *  2. `statement; // => text` (the comment may stand on the next line) asserts the statement's value (for `console.log`, what it prints);
 *     `statement; // throws text` asserts that it throws an error whose message contains the text.
 *  3. Each assertion must have run by the end of the module; one that was never reached fails.
 *
 * Why rewritten and not evaluated by a doctest library: those know neither top-level `await` inside
 * goroutine bodies nor `yield*`; the syntax tree gives both in a page of code.
 */
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { readPackages, root } from "./workspace.ts";

export interface Example {
  /** File and line where it stands. */
  readonly where: string;
  readonly code: string;
}

function fences(text: string, file: string, firstLine: number): Example[] {
  const out: Example[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)```(ts|typescript)\s*$/.exec(lines[i]!);
    if (open === null) continue;
    const start = i + 1;
    let end = start;
    while (end < lines.length && !/^\s*```\s*$/.test(lines[end]!)) end++;
    const indent = open[1]!.length;
    const code = lines.slice(start, end).map((line) => line.slice(indent));
    out.push({ where: `${file}:${firstLine + start}`, code: code.join("\n") + "\n" });
    i = end;
  }
  return out;
}

/** Docstring examples of one source file. */
function sourceExamples(path: string, text: string): Example[] {
  const out: Example[] = [];
  const comment = /\/\*\*[\s\S]*?\*\//g;
  for (let match; (match = comment.exec(text)) !== null;) {
    if (!match[0].includes("@example")) continue;
    const firstLine = text.slice(0, match.index).split("\n").length;
    const body = match[0].replace(/\*\/$/, "").replace(/^[ \t]*\*(?: |$)/gm, "");
    out.push(...fences(body, path, firstLine));
  }
  return out;
}

function markdownFiles(): string[] {
  const out = [join(root, "README.md")];
  const add = (dir: string): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "api" && entry.name !== "artefacts") add(path);
      } else if (entry.name.endsWith(".md")) out.push(path);
    }
  };
  add(join(root, "docs"));
  for (const folder of ["packages", "apps"]) {
    for (const name of readdirSync(join(root, folder))) {
      out.push(join(root, folder, name, "README.md"));
    }
  }
  return out.filter((path) => existsSync(path));
}

/** All examples of the repository, in the order of their files. */
export function findExamples(): Example[] {
  const out: Example[] = [];
  for (const pkg of readPackages()) {
    for (const file of pkg.src) out.push(...sourceExamples(file.path, file.text));
  }
  for (const path of markdownFiles()) {
    out.push(...fences(readFileSync(path, "utf8"), relative(root, path), 1));
  }
  return out;
}

/** The example with its `// =>` and `// throws` comments made into calls of `__check`. */
export function instrument(example: Example): { code: string; assertions: number } {
  const { code } = example;
  const ast = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const edits: { at: number; to: number; text: string }[] = [];
  let assertions = 0;

  const annotate = (node: ts.Statement, kind: string, expected: string): boolean => {
    const line = ast.getLineAndCharacterOfPosition(node.getStart()).line;
    const args = `${line}, ${JSON.stringify(expected)}`;
    const source = node.getText();
    if (kind === "throws") {
      const text = `try { ${source}\n __check.missing(${args}); } catch (__e) { __check.thrown(__e, ${args}); }`;
      edits.push({ at: node.getStart(), to: node.getEnd(), text });
      return true;
    }
    if (ts.isExpressionStatement(node)) {
      const e = node.expression;
      const isLog = ts.isCallExpression(e) && e.expression.getText() === "console.log";
      const text = isLog
        ? `__check.log([${e.arguments.map((a) => a.getText()).join(", ")}], ${args});`
        : `__check.value((${e.getText()}), ${args});`;
      edits.push({ at: node.getStart(), to: node.getEnd(), text });
      return true;
    }
    if (ts.isVariableStatement(node) && node.declarationList.declarations.length === 1) {
      const name = node.declarationList.declarations[0]!.name.getText();
      const value = name.startsWith("{") ? `(${name})` : name;
      edits.push({
        at: node.getEnd(),
        to: node.getEnd(),
        text: ` __check.value(${value}, ${args});`,
      });
      return true;
    }
    return false;
  };

  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node)) {
      // Behind the statement, or alone on the line below it.
      const mark = /^(?:[ \t]*|[ \t]*\n[ \t]*)\/\/ (=>|throws) ?(.*)/.exec(
        code.slice(node.getEnd()),
      );
      if (mark !== null && annotate(node, mark[1]!, mark[2]!.trim())) {
        assertions++;
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  const written = code.match(/\/\/ (=>|throws) /g)?.length ?? 0;
  if (written !== assertions) {
    throw new Error(
      `${example.where}: ${written} assertions are written, ${assertions} stand after a statement`,
    );
  }
  let out = code;
  for (const edit of edits.sort((a, b) => b.at - a.at)) {
    out = out.slice(0, edit.at) + edit.text + out.slice(edit.to);
  }
  return { code: out, assertions };
}
