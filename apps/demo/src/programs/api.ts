/** A small program of `gort-demo list`: one file, short enough to read as an example. */
import type { Go } from "@gort/sched";

export interface Program {
  /** One line for the list. */
  readonly about: string;
  /** The main goroutine; it prints with `print`. */
  readonly main: (print: (line: string) => void) => Go<void>;
}
