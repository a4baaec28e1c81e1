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
  /** Whether it overrides a member that is marked `@internal` and bears no such mark: editors offer it. */
  readonly isUnmarked: boolean;
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
  const entries = folders.flatMap((folder) =>
    entryPoints(folder).map((file) => ({ folder, file })),
  );
  const reader = new ApiReader(entries.map(({ file }) => file));
  for (const { folder, file } of entries)
    reader.addModule(file, `${folder}: `, join(root, "packages", folder, "src"));
  return [...reader.found.values()];
}

const { Alias, Class, Function: Fn, Interface, ValueModule, Variable } = ts.SymbolFlags;

class ApiReader {
  readonly found = new Map<ts.Symbol, Documented>();
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor(files: readonly string[]) {
    const config = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config;
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    this.#program = ts.createProgram(files, options);
    this.#checker = this.#program.getTypeChecker();
  }

  /** Adds what a module exports and a file below `dir` declares. */
  addModule(file: string, prefix: string, dir: string): void {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(file)!)!;
    for (const symbol of this.#checker.getExportsOfModule(module)) this.#add(symbol, prefix, dir);
  }

  #add(exported: ts.Symbol, prefix: string, dir: string): void {
    const checker = this.#checker;
    const alias = (exported.flags & Alias) !== 0;
    const symbol = alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined || this.found.has(symbol)) return;
    const { fileName } = declaration.getSourceFile();
    if (!fileName.startsWith(dir)) return;
    const name = `${prefix}${exported.name}`;
    if ((symbol.flags & ValueModule) !== 0 && ts.isSourceFile(declaration)) {
      // A namespace such as `slices`: its members stand for it.
      this.addModule(fileName, `${name}.`, dir);
      return;
    }
    if (this.#isInternal(symbol)) return;
    this.found.set(symbol, this.#describe(symbol, name, this.#kindOf(symbol)));
    if ((symbol.flags & (Class | Interface)) === 0) return;
    for (const member of symbol.members?.values() ?? []) this.#addMember(member, name);
  }

  #kindOf(symbol: ts.Symbol): Documented["kind"] {
    if ((symbol.flags & Class) !== 0) return "class";
    if ((symbol.flags & Fn) !== 0) return "function";
    if ((symbol.flags & Variable) === 0) return "type";
    return this.#calls(symbol).length > 0 ? "function" : "value";
  }

  #calls(symbol: ts.Symbol): readonly ts.Signature[] {
    return this.#checker
      .getTypeOfSymbolAtLocation(symbol, symbol.declarations![0]!)
      .getCallSignatures();
  }

  #addMember(member: ts.Symbol, owner: string): void {
    const declaration = member.declarations?.[0];
    // Constructors and symbols such as `[Symbol.iterator]` are documented by what they are.
    if (declaration === undefined || member.name.startsWith("__")) return;
    if (ts.isTypeParameterDeclaration(declaration)) return;
    if (ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === "internal")) return;
    if (ts.isPropertyDeclaration(declaration) && ts.isPrivateIdentifier(declaration.name)) return;
    const { Private, Protected, Override } = ts.ModifierFlags;
    const flags = ts.getCombinedModifierFlags(declaration);
    // What overrides is documented where it is declared first.
    if ((flags & (Private | Protected)) !== 0) return;
    // The compiler gives a member without a comment the tags of what it overrides.
    const isUnmarked = this.#isInternal(member);
    if ((flags & Override) !== 0 && !isUnmarked) return;
    const described = this.#describe(member, `${owner}.${member.name}`, "member");
    this.found.set(member, { ...described, isUnmarked });
  }

  #isInternal(symbol: ts.Symbol): boolean {
    return symbol.getJsDocTags(this.#checker).some((tag) => tag.name === "internal");
  }

  #describe(symbol: ts.Symbol, name: string, kind: Documented["kind"]): Documented {
    const declaration = symbol.declarations![0]!;
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    const calls = this.#calls(symbol);
    const parameters = new Set(calls.flatMap((call) => call.parameters.map((p) => p.name)));
    return {
      name,
      where: `${relative(root, source.fileName)}:${line + 1}`,
      kind,
      text: ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)),
      hasExample: symbol.getJsDocTags(this.#checker).some((tag) => tag.name === "example"),
      // Not the symbol's tags: those of what it implements are among them.
      strayParams: ts
        .getJSDocTags(declaration)
        .filter(ts.isJSDocParameterTag)
        .map((tag) => tag.name.getText())
        .filter((param) => calls.length > 0 && !parameters.has(param)),
      isUnmarked: false,
    };
  }
}
