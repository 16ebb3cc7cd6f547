// On a page that does not know what waits: the number alone, once it is there.

import { ask } from "./counter.js";

if (document.querySelector("[data-count=ask]")) ask();
