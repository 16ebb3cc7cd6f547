// What every page of somebody signed in runs: keys, the palette, the number of what waits,
// the end of the session. Their modules are there once for all scripts of a page.

import "./keys.js";
import "./palette.js";
import "./count-here.js";
import "./session.js";
