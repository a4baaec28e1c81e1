/**
 * Takes the members that are marked `@internal` out of a package's declarations, so that editors do not offer them: run in the
 * package's folder after its build. Constructors stay, since a class without one could be made of nothing, and one that cannot be called
 * goes nowhere where a class is expected. Exports stay: other packages of gort's import them.
 *
 * Why not TypeScript's `stripInternal`: it takes the exports away too, and the bundling of the declarations fails.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

/** Whether a comment directly before a member marks it. */
const isInternal = (member, text) =>
  (ts.getLeadingCommentRanges(text, member.getFullStart()) ?? []).some(({ pos, end }) =>
    /@internal\b/.test(text.slice(pos, end)),
  );

/** The text of a file of declarations without the members that are marked. */
export function stripped(text) {
  const file = ts.createSourceFile("index.d.ts", text, ts.ScriptTarget.ESNext);
  const cuts = [];
  const walk = (node) => {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node))
      for (const member of node.members)
        if (!ts.isConstructorDeclaration(member) && isInternal(member, text))
          cuts.push([member.getFullStart(), member.getEnd()]);
    ts.forEachChild(node, walk);
  };
  walk(file);
  return cuts.reduceRight((all, [from, to]) => all.slice(0, from) + all.slice(to), text);
}

if (process.argv[1] === import.meta.filename) {
  for (const name of readdirSync("dist")) {
    if (!name.endsWith(".d.ts")) continue;
    const text = readFileSync(`dist/${name}`, "utf8");
    const kept = stripped(text);
    if (kept !== text) writeFileSync(`dist/${name}`, kept);
  }
}
