// On a page that does not show what waits: the number alone, once it is there.

import { ask } from "./counter.js";

ask();
