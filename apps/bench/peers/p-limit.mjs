/** `p-limit`: at most ten promises at a time. */
import pLimit from "p-limit";

const limit = async (n) => {
  const ten = pLimit(10);
  let check = 0;
  const all = [];
  for (let i = 0; i < n; i++) {
    all.push(
      ten(async () => {
        await Promise.resolve();
        check++;
      }),
    );
  }
  await Promise.all(all);
  return { check };
};

/** Tasks that wait for one that does not end yet. */
const parked = async (n, meter) => {
  const one = pLimit(1);
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const first = one(() => gate);
  let check = 0;
  const before = meter.heapBytes();
  const task = () => void check++;
  const all = [];
  for (let i = 0; i < n; i++) all.push(one(task));
  await new Promise((resolve) => setTimeout(resolve, 1));
  const value = (meter.heapBytes() - before) / n;
  open();
  await Promise.all([first, ...all]);
  return { check, value };
};

export default {
  name: "p-limit",
  package: "p-limit",
  notes: { "sched/parked": "functions that wait for their turn" },
  jobs: { "sync/limit": limit, "sched/parked": parked },
};
