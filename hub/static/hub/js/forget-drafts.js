// On the page to sign in: what was typed before the session ended is nobody else's business.

for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:")) sessionStorage.removeItem(key);
