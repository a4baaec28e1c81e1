/**
 * What users can import, with what its documentation says: read from the packages' entry points by the compiler.
 *
 * Invariants
 *  1. An export is listed once per entry point, at the file that declares it; what another package declares is listed there.
 *  2. Nothing marked `@internal` is listed.
 *
 * Why the compiler and not a search in the text: re-exports, `export *` and namespaces are followed, and overloads are one symbol.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { readPackages, root } from "./workspace.ts";

/** One export, or one member of an exported class or interface. */
export interface Documented {
  /** Package and name, such as `chan: makeChan` or `chan: Range.next`. */
  readonly name: string;
  /** File and line of its declaration. */
  readonly where: string;
  readonly kind: "function" | "class" | "value" | "type" | "member";
  /** The description, without tags. */
  readonly text: string;
  readonly hasExample: boolean;
  /** Names of the parameters that its `@param` tags speak of and that it does not have. */
  readonly strayParams: readonly string[];
}

function entryPoints(folder: string): string[] {
  const dir = join(root, "packages", folder);
  const { exports } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string>>;
  };
  return Object.values(exports).flatMap((entry) =>
    typeof entry === "object" ? [join(dir, entry["@gort/source"]!)] : [],
  );
}

/** The public API of all packages. */
export function readPublicApi(): Documented[] {
  const folders = readPackages().map((p) => p.folder);
  const entries = folders.map((folder) => [folder, entryPoints(folder)] as const);
  const config = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    entries.flatMap(([, files]) => files),
    options,
  );
  const checker = program.getTypeChecker();
  const out = new Map<ts.Symbol, Documented>();
  for (const [folder, files] of entries) {
    const dir = join(root, "packages", folder, "src");
    for (const file of files) addModule(file, `${folder}: `, dir);
  }
  return [...out.values()];

  function addModule(file: string, prefix: string, dir: string): void {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    for (const found of checker.getExportsOfModule(module)) add(found, prefix, dir);
  }

  function add(found: ts.Symbol, prefix: string, dir: string): void {
    const alias = (found.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = alias ? checker.getAliasedSymbol(found) : found;
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined || out.has(symbol)) return;
    const source = declaration.getSourceFile();
    if (!source.fileName.startsWith(dir)) return;
    if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0 && ts.isSourceFile(declaration)) {
      // A namespace such as `slices`: its members stand for it.
      addModule(source.fileName, `${prefix}${found.name}.`, dir);
      return;
    }
    if (isInternal(symbol)) return;
    const { Class, Function: Fn, Variable } = ts.SymbolFlags;
    const calls = checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures();
    const isFunction =
      (symbol.flags & Fn) !== 0 || ((symbol.flags & Variable) !== 0 && calls.length > 0);
    const isClass = (symbol.flags & Class) !== 0;
    const isValue = (symbol.flags & Variable) !== 0;
    const kind = isClass ? "class" : isFunction ? "function" : isValue ? "value" : "type";
    out.set(symbol, describe(symbol, `${prefix}${found.name}`, kind));
    if (isClass || (symbol.flags & ts.SymbolFlags.Interface) !== 0)
      for (const member of symbol.members?.values() ?? []) addMember(member, prefix + found.name);
  }

  function addMember(member: ts.Symbol, owner: string): void {
    const declaration = member.declarations?.[0];
    // Constructors and symbols such as `[Symbol.iterator]` are documented by what they are.
    if (declaration === undefined || member.name.startsWith("__") || isInternal(member)) return;
    const flags = ts.getCombinedModifierFlags(declaration);
    if ((flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0) return;
    // What overrides or implements is documented where it is declared first.
    if ((flags & ts.ModifierFlags.Override) !== 0) return;
    if (ts.isTypeParameterDeclaration(declaration)) return;
    if (ts.isPropertyDeclaration(declaration) && ts.isPrivateIdentifier(declaration.name)) return;
    out.set(member, describe(member, `${owner}.${member.name}`, "member"));
  }

  function isInternal(symbol: ts.Symbol): boolean {
    return symbol.getJsDocTags(checker).some((tag) => tag.name === "internal");
  }

  function describe(symbol: ts.Symbol, name: string, kind: Documented["kind"]): Documented {
    const declaration = symbol.declarations![0]!;
    const source = declaration.getSourceFile();
    const line = source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    const tags = symbol.getJsDocTags(checker);
    const calls = checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures();
    const parameters = new Set(calls.flatMap((call) => call.parameters.map((p) => p.name)));
    // Not the symbol's tags: those of what it implements are among them.
    const strayParams = ts
      .getJSDocTags(declaration)
      .filter(ts.isJSDocParameterTag)
      .map((tag) => tag.name.getText())
      .filter((param) => calls.length > 0 && !parameters.has(param));
    return {
      name,
      where: `${relative(root, source.fileName)}:${line}`,
      kind,
      text,
      hasExample: tags.some((tag) => tag.name === "example"),
      strayParams,
    };
  }
}
