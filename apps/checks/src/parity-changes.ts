/** Where gort differs from Go on purpose: what, why, and the test that shows it (`file.test.ts: part of its title`). */
export interface Change {
  readonly package: string;
  readonly status: "changed" | "dropped";
  /** What Go does. */
  readonly go: string;
  /** What gort does. */
  readonly here: string;
  readonly why: string;
  readonly test: string;
}

export const changes: readonly Change[] = [
  {
    package: "sched",
    status: "changed",
    go: "a synctest bubble does not count a goroutine that waits for a mutex as durably blocked",
    here: "it counts, as every gort primitive does",
    why: "a mutex here is an object of the bubble's own code; waiting for it hangs tests in Go",
    test: "testing/bubble.test.ts: returns when all other goroutines are durably blocked or gone",
  },
];
