// Drives the simulated carrier of one dialect with that carrier's official npm client.
// Usage: node drive.mjs DIALECT BASE-ADDRESS     (clients from the folder that NODE_MODULES names)
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.NODE_MODULES}/`);
const [dialect, base] = process.argv.slice(2);
const [key, secret, token] = ['SIM-KEY', 'SIM-SECRET', 'SIM-WEBHOOK-SECRET'];
const account = `AC${'0'.repeat(32)}`;
const words = '막차는 23시 10분입니다';
let failed = 0;

function check(name, isRight, seen) {
  if (isRight) return;
  failed += 1;
  console.log(`FAILED  ${dialect} ${name}: ${JSON.stringify(seen)?.slice(0, 300)}`);
}

async function refused(name, call, word) {
  try {
    check(name, false, await call());
  } catch (error) {
    const said = `${error} ${JSON.stringify(error)} ${JSON.stringify(error, Object.getOwnPropertyNames(error))}`;
    check(name, said.includes(word), said);
  }
}

async function text(body) {
  await fetch(`${base}/_sim/text`, { method: 'POST', body: JSON.stringify({ from: '01012345678', text: body }) });
}

const drives = {
  async twilio() {
    const twilio = require('twilio');
    class ToSim extends twilio.RequestClient {
      request(options) {
        return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', base) });
      }
    }
    const client = (user, password) => twilio(user, password, { accountSid: account, httpClient: new ToSim() });
    const c = client(account, token);
    const [to, from] = ['+821012345678', '+8262120'];
    const sent = await c.messages.create({ to, from, body: words, validityPeriod: 3600 });
    check('a send', sent.status === 'queued' && sent.numSegments === '1', sent);
    await text('안녕하세요');
    const listed = await c.messages.list({ to: from, limit: 5 });
    check('texts', listed[0].body === '안녕하세요' && listed[0].direction === 'inbound', listed);
    await refused('a wrong number', () => c.messages.create({ to: '112x', from, body: 'x' }), '21211');
    await refused('a wrong token', () => client(account, 'x').messages.list({ limit: 1 }), '20003');
  },
  async solapi() {
    const { SolapiMessageService } = require('solapi');
    const client = (secret) => Object.assign(new SolapiMessageService(key, secret), {});
    const service = client(secret);
    const sent = await service.send({ from: '062120', to: '01012345678', text: words, customFields: { ref: 'k9' } });
    check('a send', sent.groupInfo.count.registeredSuccess === 1, sent);
    const listed = await service.getMessages({ limit: 10 });
    check('what was sent', Object.values(listed.messageList).some((m) => m.customFields?.ref === 'k9'), listed);
    await refused('a wrong secret', () => client('x').getMessages({ limit: 1 }), 'SignatureDoesNotMatch');
  },
};

// The npm client of SOLAPI has its address built in: what it would send there goes to the simulated carrier.
const throughFetch = globalThis.fetch;
globalThis.fetch = (url, options) => {
  const there = String(url?.url ?? url);
  return there.startsWith('https://api.solapi.com')
    ? throughFetch(there.replace('https://api.solapi.com', base), options)
    : throughFetch(url, options);
};

try {
  await drives[dialect]();
} catch (error) {
  check('the whole drive', false, `${error} ${JSON.stringify(error)} ${error?.stack}`);
}
console.log(`${dialect} (npm): ${failed} failed`);
process.exit(failed ? 1 : 0);
