/** `js-sdsl`: its HashMap. */
import { HashMap } from "js-sdsl";
import { mapJobs, stall } from "../dist/map-jobs.js";

class Adapter {
  #map = new HashMap();
  set(k, v) {
    this.#map.setElement(k, v);
  }
  get(k) {
    return this.#map.getElementByKey(k);
  }
  delete(k) {
    return this.#map.eraseElementByKey(k);
  }
}
const make = () => new Adapter();

export default {
  name: "js-sdsl",
  package: "js-sdsl",
  limits: { "map/stall": 1_000_000 },
  jobs: { ...mapJobs({ int: make, string: make }), "map/stall": stall(make) },
};
