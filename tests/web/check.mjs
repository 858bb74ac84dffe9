// See tests/web-check.sh. Each step waits for what the page shows; nothing sleeps.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const gateway = await import(process.env.GATEWAY ?? "./gateway.mjs");

const FIRST = "처음 정해 준 말 하나", OWN = "돌고래가 춤춘 바다";
const CITIZEN = "01012345678", OTHER = "01055556666";
const HOSTILE = `<img src=x onerror="window.hit=1"><script>window.hit=1</script><b>버스</b> \u202e언제 와요?`;
const WITHIN_MS = Number(process.env.WITHIN_MS ?? 1000);
const errors = [];
let step = "start", offline = false;

function check(is, what) {
  if (!is) throw new Error(`${step}: ${what}`);
}
function begin(name) {
  step = name;
  console.log(`- ${name}`);
}

async function open(browser, options) {
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, ...options });
  await context.addInitScript(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => errors.push(`${step}: ${error.message}`));
  page.on("dialog", (dialog) => { errors.push(`${step}: a dialog`); dialog.dismiss(); });
  page.on("console", (message) => {
    // A refusal of the API and a gateway that is away are no errors of the page.
    const isAnswer = /^Failed to load resource/.test(message.text()) && (offline || /\/v1\//.test(message.location().url));
    if (message.type() === "error" && !isAnswer) errors.push(`${step}: ${message.text()}`);
  });
  page.on("request", (request) => { if (!request.url().startsWith(base) && !request.url().startsWith("blob:")) errors.push(`${step}: asks ${request.url()}`); });
  return page;
}

/** No barrier that axe knows, in the colours that are shown. */
async function barriers(page, where) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`);
    check(!told.length, `${where}, ${colorScheme}: ${told.join("\n")}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** A picture for the documentation in each language. */
async function picture(page, name) {
  if (!process.env.PICTURES) return;
  for (const ending of [".ko.png", ".png"]) {
    await page.screenshot({ path: join(process.env.PICTURES, name + ending) });
    await page.locator("#language").click();
  }
}

const says = (page, text) => page.getByText(text).first().waitFor();
const has = async (to, words) => (await gateway.taken(to)).filter((text) => text.includes(words)).length;
async function until(what, why) {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await what()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  check(false, why);
}

let base, boardToken, browser;
try {
  ({ base, boardToken } = await gateway.start());
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  begin("log in with a password that somebody else chose, by keyboard alone");
  const desk = await open(browser, { locale: "ko-KR" });
  const keys = desk.keyboard;
  await desk.goto(`${base}/`);
  await desk.getByLabel("아이디").waitFor();
  await barriers(desk, "log-in");
  await keys.type("minsu");
  await keys.press("Tab");
  await keys.type(FIRST);
  await keys.press("Enter");
  await desk.getByLabel("새 비밀번호", { exact: true }).waitFor();
  await keys.type(OWN);
  await keys.press("Tab");
  await keys.type(OWN);
  await keys.press("Enter");
  await says(desk, "연결됨");

  begin("a screen on the wall begins with its token");
  const board = await open(browser, { locale: "ko-KR" });
  await board.goto(`${base}/board#token=${boardToken}`);
  await says(board, "연결됨");
  check(!board.url().includes("token"), "the token is still in the address");
  const paint = await board.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  console.log(`  first paint after ${Math.round(paint)} ms`);
  await barriers(board, "board");

  begin("a text is on the board within a second");
  const waiting = (n) => board.waitForFunction((n) => document.querySelector("#counts dd")?.firstChild?.textContent === String(n), n, { polling: "raf" });
  await waiting(0);
  const sent = performance.now();
  await Promise.all([waiting(1), gateway.text(CITIZEN, HOSTILE)]);
  const took = Math.round(performance.now() - sent);
  console.log(`  after ${took} ms`);
  check(took < WITHIN_MS, `it took ${took} ms`);

  begin("a citizen is answered by keyboard alone, on a Korean keyboard");
  await desk.locator("#queue [data-conversation='1']").waitFor();
  await desk.locator("#queue").focus();
  await desk.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ㅜ", code: "KeyN", bubbles: true, cancelable: true })));
  // The keys of the terminal: `a` begins the answer, and is no letter of it.
  await desk.locator("#talk:focus").waitFor();
  await keys.press("a");
  await desk.locator("#answer:focus").waitFor();
  await keys.type("막차는 22:40입니다.");
  await desk.locator("#length", { hasText: "SMS 19/90" }).waitFor();
  check(await has(CITIZEN, "막차") === 0, "it left before it was sent");
  await keys.press("Control+Enter");
  await says(desk, "나가기 전에는 취소할 수 있습니다");
  await says(desk, /[1-9]초 안에 취소할 수 있음/);
  await until(async () => await has(CITIZEN, "막차") === 1, "the carrier never got it");
  await desk.locator(".messages .out", { hasText: "막차" }).getByText("도착").waitFor();

  begin("hostile text draws nothing");
  check(await desk.locator("#talk img, #talk script, #talk b, #queue img").count() === 0, "text became markup");
  check(await desk.evaluate(() => window.hit) === undefined, "text ran");
  await says(desk, "<img src=x onerror=");
  check(!await desk.locator("#talk").innerText().then((text) => text.includes("\u202e")), "a sign turns the direction of the text");
  await barriers(desk, "conversation");

  begin("what is printed is the conversation alone, and the gateway hears of it");
  await desk.emulateMedia({ media: "print" });
  check(await desk.locator("#talk .messages").isVisible() && await desk.locator("#queue").isHidden(), "what is printed");
  await desk.emulateMedia({ media: "screen" });
  const [printed] = await Promise.all([
    desk.waitForResponse((answer) => answer.url().endsWith("/v1/conversations/1/printed")),
    desk.evaluate(() => window.dispatchEvent(new Event("beforeprint"))),
  ]);
  check(printed.status() === 204, `the gateway answered ${printed.status()}`);
  check(gateway.operator(["audit", "show", "--action", "print", "--json"]).includes('"minsu"'), "it is not in the access log");

  begin("an answer is taken back into the field, and what was typed meanwhile stays");
  const field = desk.locator("#answer"), answerIs = (words) => until(async () => await field.inputValue() === words, `the field does not say: ${words}`);
  const draft = () => desk.evaluate(async () => (await (await fetch("/v1/conversations/1/draft", { headers: { Authorization: `Bearer ${sessionStorage.getItem("munja.token")}` } })).json()).text);
  await field.focus();
  await keys.type("첫 답변");
  await keys.press("Control+Enter");
  await desk.locator("[data-leaves]", { hasText: /[1-9]초/ }).waitFor();
  await keys.press("Escape");
  await keys.press("z");
  await desk.locator("#status", { hasText: "발송을 취소해 답변이 나가지 않았습니다" }).waitFor();
  await answerIs("첫 답변");
  await desk.locator("#answer:focus").waitFor();
  await keys.press("End");
  await keys.type(" 고침");
  await until(async () => await draft() === "첫 답변 고침", "the server has another draft");
  check(await desk.locator(".composer .notice:visible").count() === 0, "another program is blamed");
  await keys.press("Control+Enter");
  await answerIs("");
  await keys.type("둘째 글");
  await keys.press("Escape");
  await desk.locator(".messages .out", { hasText: "첫 답변 고침" }).getByRole("button", { name: "발송 취소" }).press("Enter");
  await desk.locator(".kept", { hasText: "첫 답변 고침" }).waitFor();
  await answerIs("둘째 글");
  await until(async () => await draft() === "첫 답변 고침\n\n둘째 글", "the server lost one of the two");
  await barriers(desk, "an answer beside the field");
  await desk.getByRole("button", { name: "답변 칸에 넣기" }).press("Enter");
  await answerIs("첫 답변 고침\n\n둘째 글");
  check(await has(CITIZEN, "첫 답변") === 0, "what was taken back left");

  begin("an answer that a new text stopped says so, and comes back at once");
  await field.fill("멈출 답변");
  await keys.press("Control+Enter");
  await answerIs("");
  await gateway.text(CITIZEN, "아 그리고요");
  await desk.locator("#status", { hasText: "답변이 나가지 않았습니다. 그사이 시민이 글을 보냈습니다." }).waitFor();
  await desk.locator(".composer .notice", { hasText: "답변이 나가지 않았습니다: 그사이 시민이 글을 보냈습니다" }).waitFor();
  await answerIs("멈출 답변");
  await desk.locator(".messages .out", { hasText: "나가지 않음: 그사이 시민이 글을 보냄" }).waitFor();
  await keys.press("Control+Enter");
  await says(desk, "쓰는 동안 시민이 새 문자를 보냈습니다");
  await desk.getByRole("button", { name: "읽었습니다" }).press("Enter");
  await keys.press("End");
  await keys.type(" 고쳐서");
  await until(async () => await draft() === "멈출 답변 고쳐서", "the server has another draft");
  check(await desk.locator(".composer .notice:visible").count() === 0, "another program is blamed");
  await keys.press("Control+Enter");
  await answerIs("");
  await keys.type("그새 쓰던 글");
  await gateway.text(CITIZEN, "또요");
  await desk.locator(".kept", { hasText: "이 답변이 나가지 않았습니다: 그사이 시민이 글을 보냈습니다" }).getByText("멈출 답변 고쳐서").waitFor();
  await answerIs("그새 쓰던 글");
  await until(async () => await draft() === "멈출 답변 고쳐서\n\n그새 쓰던 글", "the server lost one of the two");
  await desk.getByRole("button", { name: "읽었습니다" }).press("Enter");
  check(await has(CITIZEN, "멈출 답변") === 0, "what was stopped left");
  await desk.getByRole("button", { name: "답변 칸에 넣기" }).press("Enter");
  await field.fill("");

  begin("a draft of another program is offered, and neither is lost");
  await until(async () => await draft() === undefined, "the draft is still there");
  const put = (words) => desk.evaluate((text) => fetch("/v1/conversations/1/draft", { method: "PUT", body: JSON.stringify({ text, based_on: 0 }),
    headers: { Authorization: `Bearer ${sessionStorage.getItem("munja.token")}`, "Content-Type": "application/json" } }), words);
  await put("터미널에서 쓴 글");
  await field.focus();
  await keys.type("웹에서 쓴 글");
  await desk.locator(".kept", { hasText: "다른 프로그램에서 이 초안을 고쳤습니다" }).waitFor();
  await answerIs("웹에서 쓴 글");
  await until(async () => await draft() === "터미널에서 쓴 글\n\n웹에서 쓴 글", "the server lost one of the two");
  await desk.reload();
  await desk.locator(".kept", { hasText: "터미널에서 쓴 글" }).waitFor();
  await answerIs("웹에서 쓴 글");
  await desk.getByRole("button", { name: "답변 칸에 넣기" }).press("Enter");
  await answerIs("터미널에서 쓴 글\n\n웹에서 쓴 글");
  await field.fill("");

  begin("what the citizen writes meanwhile is shown before anything leaves");
  await desk.locator("#answer").focus();
  await keys.type("그리고 첫차는");
  await gateway.text(CITIZEN, "첫차도요");
  await says(desk, "쓰는 동안 시민이 새 문자를 보냈습니다");
  await keys.press("Control+Enter");
  check(await has(CITIZEN, "그리고 첫차는") === 0, "it left unread");
  await keys.press("Shift+Tab");
  await keys.press("Enter");
  await keys.type(" 05:10입니다.");
  await keys.press("Control+Enter");
  await until(async () => await has(CITIZEN, "그리고 첫차는 05:10입니다.") === 1, "it never left");

  begin("danger is told on both pages, and answered");
  await gateway.text(OTHER, "살려주세요 한빛아파트 3동");
  await desk.locator("#alarm", { hasText: "긴급: 상담 2번" }).waitFor();
  await board.locator("#danger .ringing", { hasText: "상담 2번" }).waitFor();
  await barriers(board, "board in danger");
  await picture(board, "board");
  await keys.press("Escape");
  await keys.press("n");
  await board.locator("#danger .one", { hasText: "김민수 님이 살피고 있습니다" }).waitFor();
  await barriers(desk, "danger");
  await desk.locator(".composer", { hasText: "바로 나가며 취소할 수 없습니다" }).waitFor();
  await keys.press("a");
  await desk.locator("#answer:focus").waitFor();
  await keys.type("119를 불렀습니다. 문을 열어 두십시오.");
  await picture(desk, "desk-web");
  await desk.locator("#answer").focus();
  await keys.press("Control+Enter");
  await board.locator("#danger .none").waitFor();

  begin("119 is told by phone, with everything to read out, and only then it is recorded");
  await gateway.text("01099998888", "불이 났어요 한빛로 12");
  await desk.locator("#queue li.danger button").press("Enter");
  await desk.locator(".dangerbox", { hasText: "아직 아무도 살피지 않음" }).waitFor();
  await keys.press("k");
  await desk.locator(".dangerbox", { hasText: "김민수 님이 살피고 있습니다" }).waitFor();
  await desk.locator(".dangerbox").getByRole("button", { name: "맡기", exact: true }).press("Enter");
  await desk.locator("#talk:focus").waitFor();
  await keys.press("j");
  const sheet = desk.locator("dialog[open]");
  for (const words of ["먼저 전화하십시오: 이 프로그램은 119·112에 알리지 않습니다", "경보가 끝납니다", "01099998888", "불이 났어요 한빛로 12"]) await sheet.getByText(words).first().waitFor();
  await barriers(desk, "what is read out");
  await keys.press("Escape");
  await desk.locator("#status", { hasText: "경보는 계속됩니다" }).waitFor();
  await keys.press("j");
  await sheet.getByLabel("받은 사람").fill("상황실 박");
  await keys.press("Enter");
  await desk.locator("#status", { hasText: "경보를 끝냈습니다" }).waitFor();
  await desk.locator(".dangerbox h3", { hasText: "경보 끝남: 119에 알림" }).waitFor();
  await desk.locator("#queue [data-conversation='2']").press("Enter");
  await desk.locator("#talk h2", { hasText: "상담 2번" }).waitFor();

  begin("a conversation is closed with a category, by keyboard alone");
  await desk.locator("#answer").focus();
  await keys.press("Escape");
  await keys.press("e");
  await desk.locator("dialog select").first().waitFor();
  await barriers(desk, "dialog");
  await desk.locator("dialog select").first().focus();
  await keys.press("ArrowDown");
  await keys.press("Enter");
  if (await desk.locator("dialog[open]").count()) await desk.locator("dialog button[value=ok]").press("Enter");
  await says(desk, "상담 2번을 종료했습니다.");

  begin("what was written is found again, by keyboard alone");
  await desk.locator("#queue").focus();
  await keys.press("/");
  await desk.locator("dialog input").first().waitFor();
  await keys.type("한빛아파트");
  await keys.press("Enter");
  await desk.locator("dialog .hits mark", { hasText: "한빛아파트" }).waitFor();
  await barriers(desk, "search");
  await desk.locator("dialog .hits button:focus").waitFor();
  await keys.press("Enter");
  await desk.locator("#talk h2", { hasText: "상담 2번" }).waitFor();

  begin("the gateway is restarted under the pages");
  offline = true;
  await gateway.stop();
  await Promise.all([desk, board].map((page) => says(page, "다시 연결하고 있습니다")));
  await gateway.run();
  await Promise.all([desk, board].map((page) => page.locator("#connection", { hasText: /^연결됨$/ }).waitFor()));
  offline = false;
  await gateway.text("01077778888", "여권은 어디서 만드나요?");
  await desk.locator("#queue", { hasText: "여권은" }).waitFor();

  begin("an answer whose fate is unknown is asked for once more, and arrives once");
  await desk.locator("#queue").focus();
  await keys.press("n");
  await desk.locator("#talk:focus").waitFor();
  await keys.press("a");
  await keys.type("시청 2층입니다.");
  offline = true;
  await desk.route("**/replies", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
  await keys.press("Control+Enter");
  await says(desk, "답변이 접수되었을 수 있으니");
  await desk.getByRole("button", { name: "다시 확인" }).press("Enter");
  await says(desk, "이미 접수된 답변이라");
  offline = false;
  await until(async () => await has("01077778888", "시청 2층") === 1, "not exactly once");

  begin("a report for a period, by keyboard alone, to read and to print");
  const reports = await open(browser, { locale: "ko-KR" });
  await reports.goto(`${base}/reports`);
  await reports.getByLabel("아이디").waitFor();
  await reports.keyboard.type("minsu");
  await reports.keyboard.press("Tab");
  await reports.keyboard.type(OWN);
  await reports.keyboard.press("Enter");
  await reports.locator("#period:focus").waitFor();
  await reports.locator("#show").focus();
  await reports.keyboard.press("Enter");
  await reports.locator("#said", { hasText: "아래에 통계가 있습니다." }).waitFor();
  const texts = await reports.locator("#report tr", { hasText: "받은 문자" }).first().locator("td").first().innerText();
  check(Number(texts) >= 4, `the report counts ${texts} texts`);
  check(await reports.locator("#report svg.chart").count() >= 2, "there is no chart");
  check(!/한빛아파트|막차|0101234/.test(await reports.locator("body").innerText()), "something of a citizen is on it");
  await barriers(reports, "reports");
  await reports.emulateMedia({ media: "print" });
  check(await reports.locator("#ask").isHidden() && await reports.locator("#report table").first().isVisible(), "what is printed");
  await reports.emulateMedia({ media: "screen" });
  await picture(reports, "reports");
  await reports.locator("#language").press("Enter");
  await reports.locator("#said", { hasText: "The report is below." }).waitFor();
  await reports.locator("#report tr", { hasText: "Texts in" }).first().waitFor();
  const left = await reports.evaluate(() => [...document.querySelectorAll("#report th, #report h2, #report h3, #report dt, #ask label, button")].map((one) => one.textContent).filter((text) => /[가-힣]/.test(text)));
  const strange = left.filter((text) => !/한국어|시청|북구|김민수|상담사|교통|복지|행정|환경|\//.test(text));
  check(!strange.length, `Korean words are left: ${strange}`);
  await barriers(reports, "reports in English");
  await reports.getByLabel("First day").fill("2020-01-01");
  check(await reports.locator("#period").inputValue() === "own", "days of one's own");

  begin("a supervisor edits the canned replies, by keyboard alone; a counselor has them at once");
  const lists = await open(browser, { locale: "ko-KR" });
  await lists.goto(`${base}/lists`);
  await lists.getByLabel("아이디").waitFor();
  for (const word of ["boss", FIRST]) { await lists.keyboard.type(word); await lists.keyboard.press("Tab"); }
  await lists.keyboard.press("Enter");
  await lists.getByLabel("새 비밀번호", { exact: true }).waitFor();
  for (const word of [OWN, OWN]) { await lists.keyboard.type(word); await lists.keyboard.press("Tab"); }
  await lists.keyboard.press("Enter");
  await lists.locator("#list:focus").waitFor();
  await barriers(lists, "lists");
  await lists.locator("#content").focus();
  await lists.keyboard.press("Control+End");
  await lists.keyboard.type(`\n[[reply]]\nkey = "night"\ntext = "밤에는 {who}"\n`);
  await lists.locator("#check").press("Enter");
  await lists.locator("#faults button", { hasText: "reply night" }).press("Enter");
  await lists.locator("#content:focus").waitFor();
  const chosen = await lists.locator("#content").evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  check(chosen.startsWith("text = "), `the fault leads to ${chosen}`);
  await barriers(lists, "lists with a fault");
  await lists.locator("#content").evaluate((field) => { const at = field.value.indexOf("{who}"); field.setSelectionRange(at, at + 5); });
  await lists.keyboard.type("119에 문자하세요 <b>");
  await lists.locator("#reason").focus();
  await lists.keyboard.type("밤 안내");
  await lists.keyboard.press("Enter");
  await lists.locator("#changes .new", { hasText: "night: 밤에는 119에 문자하세요 <b>" }).waitFor();
  check(await lists.locator("#changes b").count() === 0, "a list became markup");
  check(await lists.locator("#versions tbody tr").count() === 0, "it was stored before anybody looked");
  await lists.keyboard.press("Enter");
  await lists.locator("#said", { hasText: "1판을 씁니다." }).waitFor();
  await lists.locator("#versions", { hasText: "이관리" }).waitFor();
  await barriers(lists, "lists with a history");
  const keysOf = async () => (await desk.evaluate(async () => (await (await fetch("/v1/canned", { headers: { Authorization: `Bearer ${sessionStorage.getItem("munja.token")}` } })).json()).replies)).map(({ key }) => key);
  check((await keysOf()).includes("night"), "the counselor has no such reply");

  begin("both pages in English");
  for (const page of [desk, board]) {
    await page.locator("#language").press("Enter");
    await page.locator("#connection", { hasText: /^Live$/ }).waitFor();
    check(await page.evaluate(() => document.documentElement.lang) === "en", "the language of the page");
    const korean = await page.evaluate(() => [...document.querySelectorAll("[data-t], h2, button, label, #connection")].map((one) => one.firstChild?.textContent ?? "").filter((text) => /[가-힣]/.test(text)));
    const ours = korean.filter((text) => !/한국어|시청|북구|김민수|버스|첫차|여권/.test(text));
    check(!ours.length, `Korean words are left: ${ours}`);
    await barriers(page, "in English");
  }

  begin("nothing was refused by the policy, no error on the console");
  for (const page of [desk, board, reports, lists]) errors.push(...await page.evaluate(() => window.refused));
  check(!errors.length, errors.join("\n"));
  console.log("all is well");
} catch (error) {
  console.error(error.message, "\n", errors.join("\n"));
  process.exitCode = 1;
} finally {
  await browser?.close();
  gateway.end();
}
