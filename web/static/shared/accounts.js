// Passkeys. Without this script, or in a browser that cannot do them, the pages show none: a code by mail always works.

const can =
  "PublicKeyCredential" in window &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function ask(path, fields) {
  const headers = { Accept: "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 && told.next) {
    // The proof has grown old while the page stood open: it is asked for again, and leads back here.
    location.assign(told.next);
    return new Promise(() => {});
  }
  if (!answer.ok) {
    throw new Error(told.sentence || "Cette page n’est plus valable : rechargez-la, puis recommencez.");
  }
  return told;
}

async function signIn({ csrf, suite }) {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await ask("/connexion/cle/options", { csrf }));
  const credential = await navigator.credentials.get({ publicKey: options });
  return ask("/connexion/cle", { csrf, suite, credential: JSON.stringify(credential) });
}

async function create({ csrf, suite = "" }, section) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await ask("/compte/cles/options", { csrf }));
  const credential = await navigator.credentials.create({ publicKey: options });
  const nom = section.querySelector("input").value;
  return ask("/compte/cles", { csrf, suite, nom, credential: JSON.stringify(credential) });
}

// What the browser throws when she closes its window, waits too long, or has the same passkey already.
const GIVEN_UP = "Rien n’a été fait : la demande a été fermée, ou votre appareil n’a pas de clé d’accès pour ce site.";
const PRESENT = "Cet appareil a déjà une clé d’accès pour votre compte.";

function run(section, work) {
  const button = section.querySelector("button");
  const error = section.querySelector(".error");
  section.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.hidden = true;
    try {
      location.assign((await work(section.dataset, section)).next);
    } catch (failure) {
      const text = { InvalidStateError: PRESENT }[failure.name] || (failure instanceof DOMException && GIVEN_UP);
      error.textContent = text || failure.message;
      error.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}

for (const [id, work] of [["cle", signIn], ["nouvelle-cle", create]]) {
  const section = document.getElementById(id);
  if (section && can) run(section, work);
}
