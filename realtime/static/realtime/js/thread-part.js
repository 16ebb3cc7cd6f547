// An older part of a thread, which is not live: what is older still comes while one scrolls.

import "../../hub/js/everywhere.js";
import { Older } from "./older.js";
import { bindThreadKeys } from "./thread-keys.js";
import { followPermalinks } from "./permalinks.js";

new Older();
followPermalinks();
bindThreadKeys();
