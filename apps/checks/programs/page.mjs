/** A web page: runs the program here and in a worker, and shows what both found. */
import { expected, program } from "./program.mjs";

/** @returns {Promise<string>} what the worker found */
function inWorker() {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

let violations = 0;
document.addEventListener("securitypolicyviolation", () => violations++);

const report = { expected, page: "", worker: "", isolated: crossOriginIsolated, error: "" };
try {
  report.page = await program();
  report.worker = await inWorker();
} catch (error) {
  report.error = String(error);
}
document.querySelector("output").value = JSON.stringify({ ...report, violations });
