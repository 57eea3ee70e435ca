// Passkeys: asks the browser for a key or for its proof, and sends the answer with the form.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const asked = (options) => {
    const made = { ...options.publicKey };
    made.challenge = bytes(made.challenge);
    if (made.user) made.user = { ...made.user, id: bytes(made.user.id) };
    if (made.excludeCredentials) made.excludeCredentials = listed(made.excludeCredentials);
    if (made.allowCredentials) made.allowCredentials = listed(made.allowCredentials);
    return { publicKey: made };
  };

  const told = (key) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[part]) response[part] = text(key.response[part]);
    }
    return {
      id: key.id, rawId: text(key.rawId), type: key.type, response,
      clientExtensionResults: key.getClientExtensionResults(),
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-passkey-failed]");
      failed.hidden = true;
      try {
        const options = asked(JSON.parse(document.getElementById(form.dataset.options).textContent));
        const key = await navigator.credentials[form.dataset.passkey](options);
        form.elements.credential.value = JSON.stringify(told(key));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
