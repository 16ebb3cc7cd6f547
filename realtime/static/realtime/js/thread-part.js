// An older part of a thread, which is not live: what is older still comes while one scrolls.

import { Older } from "./older.js";

new Older();
