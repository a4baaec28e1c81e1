/** `p-queue`: a priority queue with a limit of ten. */
import PQueue from "p-queue";

const limit = async (n) => {
  const queue = new PQueue({ concurrency: 10 });
  let check = 0;
  const all = [];
  for (let i = 0; i < n; i++) {
    all.push(
      queue.add(async () => {
        await Promise.resolve();
        check++;
      }),
    );
  }
  await Promise.all(all);
  return { check };
};

/** Tasks that wait in a queue that is held. */
const parked = async (n, meter) => {
  const queue = new PQueue({ concurrency: 1, autoStart: false });
  let check = 0;
  const before = meter.heapBytes();
  const task = () => void check++;
  const all = [];
  for (let i = 0; i < n; i++) all.push(queue.add(task));
  await new Promise((resolve) => setTimeout(resolve, 1));
  const value = (meter.heapBytes() - before) / n;
  queue.start();
  await Promise.all(all);
  return { check, value };
};

export default {
  name: "p-queue",
  package: "p-queue",
  notes: { "sched/parked": "functions that wait for their turn" },
  limits: { "sched/parked": 20_000 },
  jobs: { "sync/limit": limit, "sched/parked": parked },
};
