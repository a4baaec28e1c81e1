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

export default { name: "p-queue", package: "p-queue", jobs: { "sync/limit": limit } };
