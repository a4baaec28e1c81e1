/** The smallest scheduler that can run a channel program: one queue, stepped until nothing moves. */
import { Op, type OpRecord, type Waiter } from "@gort/sched";
import { FAILED } from "@gort/sched/primitives";

// `yield*` passes the op through as the iterator result itself; a bare `yield` makes a plain result.
const isOp = (r: unknown): r is OpRecord<any> => r instanceof Op;

export class Task implements Waiter {
  readonly id: number;
  readonly body: Generator<OpRecord<any> | undefined, any, any>;
  readonly mini: Mini;
  over = false;
  error: unknown = undefined;
  result: unknown = undefined;
  parkedOn: OpRecord<any> | null = null;

  constructor(mini: Mini, id: number, body: Generator<OpRecord<any> | undefined, any, any>) {
    this.mini = mini;
    this.id = id;
    this.body = body;
  }

  wake(op: OpRecord<any>): void {
    if (op !== this.parkedOn) throw new Error("woken by an op it does not wait for");
    this.parkedOn = null;
    this.mini.queue.push(this);
  }
}

export class Mini {
  queue: Task[] = [];
  tasks: Task[] = [];

  go(body: Generator<OpRecord<any> | undefined, any, any>): Task {
    const task = new Task(this, this.tasks.length, body);
    this.tasks.push(task);
    this.queue.push(task);
    return task;
  }

  /** Steps until every task is finished or parked. */
  settle(maxSteps = 1e7): void {
    for (let i = 0; this.queue.length > 0;) {
      const batch = this.queue;
      this.queue = [];
      for (const task of batch) {
        if (++i > maxSteps) throw new Error("does not settle");
        this.step(task);
      }
    }
  }

  step(task: Task): void {
    try {
      const r = task.body.next();
      if (r.done === true) {
        task.over = true;
        task.result = r.value;
      } else if (isOp(r)) this.park(task, r);
      else this.queue.push(task);
    } catch (error) {
      task.over = true;
      task.error = error;
    }
  }

  park(task: Task, op: OpRecord<any>): void {
    task.parkedOn = op;
    op.waiter = task;
    if (op.state === FAILED) throw new Error("parked on a failed op");
  }

  get parked(): Task[] {
    return this.tasks.filter((t) => !t.over);
  }
}

/** Runs generator bodies until nothing moves; throws the first error. */
export function play(...bodies: (() => Generator<OpRecord<any> | undefined, any, any>)[]): Mini {
  const mini = new Mini();
  for (const body of bodies) mini.go(body());
  mini.settle();
  for (const t of mini.tasks) if (t.error !== undefined) throw t.error;
  return mini;
}
