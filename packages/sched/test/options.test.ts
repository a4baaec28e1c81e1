/** Options that schedulers refuse: what is misspelled would be ignored. */
import { describe, expect, test } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
} from "../src/index.ts";

describe.each([createScheduler, createFifoScheduler, createDeterministicScheduler])(
  "%o",
  (make) => {
    test("an option that there is none of is refused by name", () => {
      const wrong = { proc: 2 } as object;
      expect(() => make(wrong)).toThrow(
        /^scheduler: options.proc is 2, want no options but slice, /,
      );
    });

    test("a verdict on deadlocks that there is none of is refused", () => {
      expect(() => make({ deadlock: "never" as "off" })).toThrow(
        'scheduler: deadlock is "never", want "report", "exit" or "off"',
      );
    });
  },
);
