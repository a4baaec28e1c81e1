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

export default { name: "p-limit", package: "p-limit", jobs: { "sync/limit": limit } };
