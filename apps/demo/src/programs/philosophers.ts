/** Dining philosophers: five goroutines, five forks. Each takes the lower fork first, so nobody starves. */
import { go, sleep, type Go } from "@gort/sched";
import { Mutex, WaitGroup } from "@gort/sync";
import type { Program } from "./api.ts";

const names = ["Hypatia", "Thales", "Zeno", "Diotima", "Epicurus"];
const MEALS = 3;

export const philosophers: Program = {
  about: "five philosophers share five forks, without deadlock",
  *main(print) {
    const forks = names.map(() => new Mutex());
    const meals = names.map(() => 0);
    const table = new WaitGroup();

    function* dine(seat: number): Go {
      const left = seat;
      const right = (seat + 1) % names.length;
      const first = forks[Math.min(left, right)]!;
      const second = forks[Math.max(left, right)]!;
      for (let meal = 0; meal < MEALS; meal++) {
        yield* first.lock();
        yield* second.lock();
        meals[seat]!++;
        yield* sleep(1);
        second.unlock();
        first.unlock();
        yield* sleep(1);
      }
      table.done();
    }

    table.add(names.length);
    names.forEach((_, seat) => go(dine, seat));
    yield* table.wait();
    names.forEach((name, seat) => print(`${name.padEnd(9)} ate ${meals[seat]} times`));
  },
};
