// The log-in of both pages: password, code, and what has to be done first (a password of one's own, a second factor).

import { get, post, Problem, setToken, token } from "./api.js";
import { byId, el, put, show } from "./dom.js";
import { setZone } from "./times.js";
import { t } from "./words.js";

const ZONE = "munja.zone";
/** What tokens of `munjad token create` begin with. */
const PROGRAM = "munja-service-";
let entered = () => {};
let step = null;

/** Shows the log-in, or enters at once with the token of this tab. `enter(me)` begins the page. */
export async function begin(enter) {
  entered = enter;
  fromAddress();
  setZone(sessionStorage.getItem(ZONE) ?? undefined);
  if (!token()) return ask();
  // A program's token is no person's: there is nobody to ask about.
  if (token().startsWith(PROGRAM)) return inside(null);
  try {
    await go();
  } catch (error) {
    if (error instanceof Problem) setToken(null);
    ask(error instanceof Problem ? t("expired") : t("server-silent"));
  }
}

/** A screen on the wall starts with `/board#token=...`: what stands after # never reaches a server. */
function fromAddress() {
  const found = /^#token=([\w.~-]+)$/.exec(location.hash);
  if (!found) return;
  setToken(found[1]);
  history.replaceState(null, "", location.pathname);
}

async function go() {
  const me = await get("/v1/me");
  if (me.first_step === "password") return choosePassword(me);
  if (me.first_step === "totp") return setUpTotp();
  inside(me);
}

function inside(me) {
  show(byId("login"), false);
  show(byId("inside"), true);
  put(byId("login-form"));
  entered(me);
}

/** Asks for name and password; `why` is said above. */
export function ask(why = "") {
  show(byId("inside"), false);
  show(byId("login"), true);
  const login = field("login-name", { name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = field("password", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const code = field("code", { name: "code", autocomplete: "one-time-code", inputmode: "text" });
  show(code.row, false);
  form("log-in", why, [login, password, code], async () => {
    const given = { login: login.input.value.trim(), password: password.input.value };
    if (!code.row.hidden) given.code = code.input.value.trim();
    try {
      const answer = await post("/v1/login", given);
      setToken(answer.token);
      sessionStorage.setItem(ZONE, answer.time_zone ?? "");
      setZone(answer.time_zone ?? undefined);
      step = { password: given.password };
      await go();
    } catch (error) {
      if (error.code !== "code_needed" || !code.row.hidden) throw error;
      show(code.row, true);
      code.input.focus();
      throw new Error(t("code-why"));
    }
  });
  login.input.focus();
}

function choosePassword(me) {
  const old = field("password-now", { type: "password", autocomplete: "current-password", required: true });
  const fresh = field("new-password", { type: "password", autocomplete: "new-password", required: true, minlength: 10, maxlength: 128 });
  const again = field("new-password-again", { type: "password", autocomplete: "new-password", required: true });
  old.input.value = step?.password ?? "";
  form("change-password", t("first-password"), [old, fresh, again], async () => {
    if (fresh.input.value !== again.input.value) throw new Error(t("passwords-differ"));
    await post("/v1/password", { old: old.input.value, new: fresh.input.value });
    step = { password: fresh.input.value };
    await go();
  });
  (old.input.value ? fresh : old).input.focus();
}

function setUpTotp() {
  const password = field("password-now", { type: "password", autocomplete: "current-password", required: true });
  password.input.value = step?.password ?? "";
  form("totp-begin", t("first-totp"), [password], async () => {
    const setup = await post("/v1/totp", { password: password.input.value });
    const code = field("code", { autocomplete: "one-time-code", inputmode: "numeric", required: true });
    form("totp-confirm", t("first-totp"), [key(setup.secret), code], async () => {
      const { codes } = await post("/v1/totp/confirm", { code: code.input.value.trim() });
      form("go-on", t("totp-codes"), [{ row: el("ul", { class: "codes" }, codes.map((one) => el("li", {}, one))) }], go);
    });
    code.input.focus();
  });
  password.input.focus();
}

function key(secret) {
  return { row: el("p", {}, `${t("totp-key")}: `, el("code", {}, secret.replace(/(.{4})/g, "$1 ").trim())) };
}

let n = 0;
function field(label, attrs) {
  const id = `login-${++n}`;
  const input = el("input", { id, type: "text", ...attrs });
  return { input, row: el("p", { class: "field" }, el("label", { for: id }, t(label)), input) };
}

/** A form that says what went wrong, and is locked while it asks. */
function form(submit, why, fields, action) {
  const button = el("button", { class: "main" }, t(submit));
  const said = el("p", { role: "alert", class: "said" }, why);
  const made = el("form", {
    novalidate: true,
    async onsubmit(event) {
      event.preventDefault();
      const missing = fields.find(({ input }) => input && !input.closest("[hidden]") && !input.checkValidity());
      if (missing) return missing.input.focus();
      button.disabled = true;
      try { await action(); } catch (error) {
        said.textContent = error.message || t("server-silent");
      } finally { button.disabled = false; }
    },
  }, said, fields.map(({ row }) => row), button);
  put(byId("login-form"), made);
}

export async function logOut() {
  try { await post("/v1/logout"); } catch { /* The token is forgotten here all the same. */ }
  setToken(null);
  sessionStorage.clear();
  location.reload();
}
