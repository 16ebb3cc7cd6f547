// On the page to sign in: what lies in this browser for too long goes. What was typed and
// not saved waits only for who was led here by the end of a session; the next page of
// somebody else forgets it (session.js).

import { forgetDrafts, forgetOld } from "./waiting-store.js";

forgetOld();
if (!new URLSearchParams(location.search).has("suite")) forgetDrafts();
