// Questions of a page to its server: JSON or a sentence that says what is wrong.
"use strict";

const Asking = (() => {
  // byItself: no hand asked, so the session is not kept alive by it.
  async function json(address, { byItself = false } = {}) {
    const answer = await fetch(address, { headers: { Accept: "application/json", ...(byItself ? { "X-Voltward-Untouched": "1" } : {}) } });
    const kind = answer.headers.get("Content-Type") || "";
    if (!kind.startsWith("application/json")) {
      if (answer.redirected) location.reload(); // the session is over: the login page says so
      throw new Error(`${answer.status} · ${answer.headers.get("X-Request-Number") || ""}`);
    }
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail || answer.statusText);
    return body;
  }

  // Named places in a sentence: "{rows} 行".
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  return { json, fill };
})();
