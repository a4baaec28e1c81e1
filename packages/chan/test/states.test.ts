import * as sched from "@gort/sched/primitives";
import { expect, it } from "vitest";
import * as states from "../src/states.ts";

it("the states of an op are those of the scheduler's package", () => {
  const { DECIDED, DONE, FAILED, FRESH, PARKED, USED } = sched;
  expect(states).toMatchObject({ DECIDED, DONE, FAILED, FRESH, PARKED, USED });
});
