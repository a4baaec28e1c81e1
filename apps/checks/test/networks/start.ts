/** Starts the goroutines of programs, in the kinds of functions that a form has. */
import { go, type Go, withDefer } from "@gort/sched";
import { parse, type Step } from "../../../../packages/sched/test/steps.ts";
import { asynchronous } from "./async.ts";
import { generator } from "./generators.ts";
import type { Network } from "./network.ts";
import { Proc } from "./proc.ts";

/** Starts a goroutine of `p`: a step. */
export type Start = (p: Proc, step: Step) => void;

const isGenerator = ({ name, net }: Proc): boolean =>
  net.form === "mixed" ? name.charCodeAt(name.length - 1) % 2 === 0 : net.form === "generator";

const start: Start = (p, { n, body }) => {
  const child = p.child();
  const wg = p.net.groups.at(n);
  function* generating(): Go {
    yield* generator(child, body, start);
    child.log(".");
  }
  async function awaiting(): Promise<void> {
    await asynchronous(child, body, start);
    child.log(".");
  }
  if (n === 0) {
    wg.go(isGenerator(child) ? generating : awaiting);
    return;
  }
  wg.add(1);
  if (isGenerator(child))
    go(function* () {
      yield* withDefer(function* (scope) {
        scope.defer(() => wg.done());
        yield* generating();
      });
    });
  else
    go(async () => {
      await withDefer<void>(async (scope) => {
        scope.defer(() => wg.done());
        await awaiting();
      });
    });
};

/** The main function of a program. */
export function mainOf(net: Network, program: string): () => Go | Promise<void> {
  const steps = parse(program);
  const p = new Proc(net);
  return isGenerator(p) ? () => generator(p, steps, start) : () => asynchronous(p, steps, start);
}
