/**
 * The workspace as data: packages with their manifests, source files and imports.
 *
 * Why own code and not a dependency-graph tool: the rules are about value against type imports and about
 * single identifiers, which needs the syntax tree anyway; with it the graph is thirty lines.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  keywords?: string[];
  homepage?: string;
  bugs?: string;
  repository?: Record<string, string>;
  type?: string;
  license?: string;
  sideEffects?: boolean;
  engines?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  files?: string[];
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  publishConfig?: Record<string, unknown>;
}

export interface Import {
  /** The specifier as written. */
  readonly from: string;
  /** True if nothing of it exists at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly ast: ts.SourceFile;
  readonly imports: readonly Import[];
}

export interface Package {
  readonly folder: string;
  readonly dir: string;
  readonly manifest: Manifest;
  readonly src: readonly SourceFile[];
}

function walk(dir: string, out: string[] = []): string[] {
  if (!existsSync(dir)) return out;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist") continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) walk(path, out);
    else out.push(path);
  }
  return out.sort();
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return true;
    const clause = node.exportClause;
    return (
      clause !== undefined &&
      ts.isNamedExports(clause) &&
      clause.elements.length > 0 &&
      clause.elements.every((e) => e.isTypeOnly)
    );
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((e) => e.isTypeOnly)
  );
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, "utf8");
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const imports: Import[] = [];
  for (const node of ast.statements) {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      imports.push({ from: node.moduleSpecifier.text, typeOnly: isTypeOnly(node) });
    }
  }
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return { path: relative(root, path), text, lines, ast, imports };
}

export function readPackages(): Package[] {
  return readdirSync(join(root, "packages"))
    .sort()
    .map((folder) => {
      const dir = join(root, "packages", folder);
      const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Manifest;
      const src = walk(join(dir, "src"))
        .filter((path) => path.endsWith(".ts"))
        .map(readSource);
      return { folder, dir, manifest, src };
    });
}

/** The file that a relative import names, from the repository's root. */
export function resolveImport(file: SourceFile, from: string): string {
  return relative(root, resolve(dirname(join(root, file.path)), from));
}

/** Identifiers used as values or types that no declaration of the file introduces. */
export function freeIdentifiers(ast: ts.SourceFile, names: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && names.has(node.text)) {
      const parent = node.parent;
      const isMember =
        (ts.isPropertyAccessExpression(parent) &&
          parent.name === node &&
          !(ts.isIdentifier(parent.expression) && parent.expression.text === "globalThis")) ||
        ((ts.isPropertyAssignment(parent) ||
          ts.isPropertySignature(parent) ||
          ts.isPropertyDeclaration(parent) ||
          ts.isMethodDeclaration(parent) ||
          ts.isMethodSignature(parent)) &&
          parent.name === node);
      if (!isMember) {
        const { line } = ast.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${node.text} at line ${line + 1}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return found;
}

/** Strongly connected components of more than one node (or a self edge): the import cycles. */
export function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const out: string[][] = [];
  const visit = (v: string): void => {
    index.set(v, index.size);
    low.set(v, index.get(v)!);
    stack.push(v);
    onStack.add(v);
    for (const w of edges.get(v) ?? []) {
      if (!index.has(w)) {
        visit(w);
        low.set(v, Math.min(low.get(v)!, low.get(w)!));
      } else if (onStack.has(w)) {
        low.set(v, Math.min(low.get(v)!, index.get(w)!));
      }
    }
    if (low.get(v) === index.get(v)) {
      const component: string[] = [];
      let w: string;
      do {
        w = stack.pop()!;
        onStack.delete(w);
        component.push(w);
      } while (w !== v);
      if (component.length > 1 || (edges.get(v) ?? []).includes(v)) out.push(component.reverse());
    }
  };
  for (const v of edges.keys()) if (!index.has(v)) visit(v);
  return out;
}
