/** What an instrumented example calls: compares a value with the text its comment gives. */
import { format, inspect, isDeepStrictEqual } from "node:util";

export class Expectations {
  readonly #reached = new Set<number>();
  readonly #failures: string[] = [];
  readonly firstLine: number;

  constructor(firstLine: number) {
    this.firstLine = firstLine;
  }

  value(actual: unknown, line: number, expected: string): void {
    this.#reached.add(line);
    const shown = inspect(actual, { breakLength: Infinity, depth: 8 });
    if (shown === expected || String(actual) === expected) return;
    try {
      // The text is part of the repository's own documentation.
      if (isDeepStrictEqual(actual, (0, eval)(`(${expected})`))) return;
    } catch {
      // Not an expression: the texts above had to match.
    }
    this.#fail(line, shown, expected);
  }

  log(args: unknown[], line: number, expected: string): void {
    this.#reached.add(line);
    const shown = format(...args);
    if (shown === expected) return;
    if (args.length === 1) this.value(args[0], line, expected);
    else this.#fail(line, shown, expected);
  }

  thrown(error: unknown, line: number, expected: string): void {
    this.#reached.add(line);
    const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!shown.includes(expected)) this.#fail(line, shown, expected);
  }

  missing(line: number, expected: string): void {
    this.#reached.add(line);
    this.#fail(line, "no error", `throws ${expected}`);
  }

  /** Throws what failed; `assertions` is how many must have been reached. */
  finish(assertions: number): void {
    if (this.#reached.size !== assertions) {
      this.#failures.push(`${assertions - this.#reached.size} assertions were never reached`);
    }
    if (this.#failures.length > 0) throw new Error(this.#failures.join("\n"));
  }

  #fail(line: number, actual: string, expected: string): void {
    this.#failures.push(`line ${this.firstLine + line}: got ${actual}, the text says ${expected}`);
  }
}
