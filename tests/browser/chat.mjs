/* Two browsers talk through the example page and a real server; see run.sh for how it is started.
 *
 *   node chat.mjs OUTDIR      OUTDIR holds node_modules/playwright-core and receives the pictures
 */
import { createRequire } from 'node:module';
import path from 'node:path';

import { Checks, Complaints, Server, contrasts, delay, freePort, get } from './harness.mjs';

const out = path.resolve(process.argv[2]);
const { chromium } = createRequire(path.join(out, 'package.json'))('playwright-core');

const CHROMIUM_ARGS = [
	'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const WAIT = 5000;
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
const MARKUP = [
	'<img src=x onerror="window.pwned=1">',
	'</script><script>window.pwned=2</script>',
	'<svg/onload=window.pwned=3><b>bold</b> &lt;i&gt; &#60;u&#62;',
];
const SERVER_UID = '00000000-0000-0000-0000-000000000000';
const CHINESE = '你好,世界!今天一起吃火锅吗?🍲🔥';
const ANSWER = '好啊!几点? 👩‍👩‍👧‍👦 See you at seven?';
const LONG_WORD = 'https://example.org/' + 'a-very-long-address-'.repeat(8);

const check = new Checks();
const complaints = new Complaints();
const port = await freePort();
const server = new Server(process.env.CHATROOM_SERVER_CMD, port);
const url = (query = '') => server.page + query;

const texts = (page, kind = '') => page.locator(`.message${kind} .text`).allTextContents();
const stateOf = (page) => page.locator('#state').getAttribute('data-state');

async function open(browser, name, viewport, { random = null, query = '' } = {}) {
	const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en-GB' });
	const page = await context.newPage();
	page.setDefaultTimeout(WAIT);
	await complaints.watch(page, name);
	if (random !== null) { // the jitter becomes known: who comes back first is no accident
		await page.addInitScript((value) => { Math.random = () => value; }, random);
	}
	await page.goto(url(query));
	return page;
}

const online = (page, timeout = WAIT) =>
	page.locator('#state[data-state="online"]').waitFor({ timeout });

async function say(page, text) {
	await page.fill('#text', text);
	await page.press('#text', 'Enter');
}

/* from says it; every page of `to` shows it as someone else's, exactly so */
async function tells(from, to, text) {
	await say(from, text);
	await from.locator('.mine[data-mark="sent"] .text').filter({ hasText: text }).last().waitFor();
	for (const page of to) {
		await page.locator('.message:not(.mine) .text').filter({ hasText: text }).last().waitFor();
	}
}

async function talk(a, b) {
	await check.works('the first page speaks Chinese and emoji, the second shows it',
		() => tells(a, [b], CHINESE));
	await check.works('the second answers, the first shows it', () => tells(b, [a], ANSWER));
	await delay(150);
	check.equal((await texts(a)).join('|'), `${CHINESE}|${ANSWER}`,
		'each message is shown once, in order, also to its sender');
	check.equal((await texts(a, '.mine')).join('|'), CHINESE, 'only the own message stands as mine');

	const author = await b.locator('.message:not(.mine) .author').first();
	check.ok(/^[0-9a-f]{8}$/.test(await author.textContent()), 'the other is named by a short uid');
	check.ok(/^[0-9a-f-]{36}$/.test(await author.getAttribute('title')),
		'and by the whole one on demand');
}

async function markup(a, b) {
	for (const text of MARKUP) {
		await check.works(`markup arrives as text: ${text.slice(0, 24)}…`, () => tells(a, [b], text));
	}
	await delay(200);
	for (const [page, name] of [[a, 'sender'], [b, 'receiver']]) {
		const shown = await texts(page);
		check.equal(MARKUP.filter((text) => shown.includes(text)).length, MARKUP.length,
			`the ${name} shows all of the markup, letter by letter`);
		check.equal(await page.evaluate(() => window.pwned), undefined, `nothing ran at the ${name}`);
		check.equal(await page.locator('.log img, .log script, .text *').count(), 0,
			`no element came out of a message at the ${name}`);
	}
}

async function keyboard(a, b) {
	await a.fill('#text', '');
	await a.focus('#text');
	await a.keyboard.type('Two lines:');
	await a.keyboard.press('Shift+Enter');
	await a.keyboard.type('this is the second');
	check.equal(await a.inputValue('#text'), 'Two lines:\nthis is the second',
		'Shift+Enter breaks the line');
	await a.dispatchEvent('#text', 'keydown', { key: 'Enter', isComposing: true });
	check.ok(await a.inputValue('#text') !== '', 'Enter inside an input method does not send');
	await a.keyboard.press('Enter');
	await check.works('Enter sends both lines', () => b.locator('.text')
		.filter({ hasText: /^Two lines:\nthis is the second$/ }).waitFor());
	check.equal(await a.inputValue('#text'), '', 'the composer is empty again');

	const before = (await texts(a)).length;
	await say(a, '   ');
	check.equal((await texts(a)).length, before, 'blanks are not a message');
	check.equal(await b.locator('.message:not(.mine).followed').count() > 0, true,
		'messages in a row are grouped');
}

async function limit(a, b) {
	const most = 64 * 1024 - JSON.stringify({ message: '' }).length;
	await a.fill('#text', 'x'.repeat(most - 3) + '漢x');
	check.ok(await a.locator('#send').isDisabled(), 'one byte over 64 KiB of JSON is not sent');
	check.ok(/too long/.test(await a.textContent('#size')), 'and the page says why');
	await a.fill('#text', 'x'.repeat(most - 3) + '漢');
	await a.press('#text', 'Enter');
	await check.works('exactly 64 KiB of JSON arrives', async () => {
		await b.locator('.text.clipped').waitFor();
		const length = await b.locator('.text.clipped').evaluate((node) => node.textContent.length);
		if (length !== most - 2) {
			throw new Error(`${length} characters`);
		}
	});
	await b.click('.more');
	check.equal(await b.locator('.text.clipped').count(), 0, 'a long message opens on demand');
}

async function scrolling(a, b) {
	await b.evaluate(() => { document.getElementById('log').scrollTop = 0; });
	await b.locator('#latest').waitFor();
	await tells(a, [b], 'Are you still reading?');
	const top = await b.evaluate(() => document.getElementById('log').scrollTop);
	check.equal(top, 0, 'a reader who scrolled up stays there');
	check.equal(await b.textContent('#latest-text'), '1 new message', 'and is told of a new message');
	await b.click('#latest');
	const rest = () => b.evaluate(() => {
		const log = document.getElementById('log');
		return Math.round(log.scrollHeight - log.scrollTop - log.clientHeight);
	});
	check.ok(await rest() <= 1, 'the button leads to the newest');
	await tells(a, [b], 'Good 👍');
	check.ok(await rest() <= 1, 'at the bottom the log follows');
}

async function reload(a, b) {
	const before = await b.locator('.message:not(.mine) .author').last().getAttribute('title');
	const me = await a.locator('#me path').getAttribute('d');
	await a.reload();
	await online(a);
	check.equal(await a.locator('#me path').getAttribute('d'), me, 'a reload keeps my picture');
	await check.works('after a reload the first page speaks',
		() => tells(a, [b], 'Back again, 重新连接了'));
	await check.works('and hears', () => tells(b, [a], 'Welcome back 🎉'));
	const after = await b.locator('.message:not(.mine) .author').last().getAttribute('title');
	check.ok(after !== before, 'it came back under another uid');
}

async function rooms(browser, a) {
	const query = '?room=' + encodeURIComponent('茶&馆');
	const other = await open(browser, 'other room', DESKTOP, { query });
	await online(other);
	check.equal(await other.textContent('#room'), '#茶&馆', 'the room of the address is shown');
	await say(other, 'alone in here');
	await say(a, 'only for the lobby');
	await delay(300);
	check.ok(!(await texts(a)).includes('alone in here')
		&& !(await texts(other)).includes('only for the lobby'), 'two rooms do not hear each other');
	await complaints.collect(other, 'other room');
	await other.context().close();
}

/* The server dies, a message is written meanwhile, the server comes back. */
async function outage(a, b) {
	complaints.outage = true;
	await server.stop();
	await check.works('both pages see the server die', async () => {
		await a.locator('#state:not([data-state="online"])').waitFor();
		await b.locator('#state:not([data-state="online"])').waitFor();
	});
	await check.works('the page says when it tries again', () => a.locator('#state-text')
		.filter({ hasText: /^Reconnecting in \d+ s$/ }).waitFor());
	await say(a, 'Written without a connection 📝');
	await say(a, 'and a second one');
	const pending = a.locator('.mine[data-mark="pending"]');
	check.equal(await pending.count(), 2, 'unsent messages wait, visibly');
	await delay(1700);
	await a.locator('#retry').waitFor();
	await a.screenshot({ path: path.join(out, 'phone-reconnecting.png') });
	check.ok(await stateOf(a) !== 'online', 'nobody pretends to be online');
	await audit(a, 'phone, reconnecting', [['#hint'], ['#state-text'], ['#retry'],
		['.mine[data-mark="pending"] .text'], ['.mine[data-mark="pending"] time']]);

	await server.start();
	await check.works('the second page comes back by itself', () => online(b, 10000));
	await check.works('so does the first', () => online(a, 15000));
	complaints.outage = false;
	await check.works('what waited is delivered', () => b.locator('.message:not(.mine) .text')
		.filter({ hasText: 'and a second one' }).waitFor());
	const heard = (await texts(b, ':not(.mine)')).slice(-2).join('|');
	check.equal(heard, 'Written without a connection 📝|and a second one',
		'once and in order');
	check.equal(await pending.count(), 0, 'nothing is pending any more');
	await check.works('and the talk goes on', () => tells(b, [a], 'Got both ✅'));
}

/* What a server in good order never sends here is played by a stand-in inside the browser. */
async function played(browser) {
	const context = await browser.newContext({ viewport: PHONE, colorScheme: 'dark' });
	const page = await context.newPage();
	page.setDefaultTimeout(WAIT);
	await complaints.watch(page, 'played');
	let tries = 0;
	let socket = null;
	await page.routeWebSocket(/\/ws$/, (route) => {
		tries++;
		socket = route;
	});
	const fresh = async () => {
		tries = 0;
		await page.goto(url());
		await online(page);
	};

	await fresh();
	for (const frame of ['no json', '[]', 'null', '7', '{}', '{"message":1,"uid":"x"}',
		'{"message":"x"}', '{"type":"presence","room":"lobby"}']) {
		socket.send(frame);
	}
	socket.send(JSON.stringify({ message: 'Maintenance at noon', uid: SERVER_UID }));
	await check.works('the server itself speaks as a notice', () =>
		page.locator('.notice.server').filter({ hasText: 'Maintenance at noon' }).waitFor());
	check.equal(await page.locator('.message').count(), 0,
		'frames that are no chat message show nothing');
	socket.send(JSON.stringify({ message: 'odd uid', uid: '<b>"x' }));
	await check.works('a strange uid is only text', () =>
		page.locator('.author').filter({ hasText: '<b>"x' }).waitFor());

	for (const code of [4000, 4099, 1008]) {
		await fresh();
		await socket.close({ code, reason: 'a <b>reason</b>' });
		await check.works(`close ${code} ends it with a notice`, () => page.locator('.notice.bad')
			.filter({ hasText: 'a <b>reason</b>' }).waitFor());
		await delay(700);
		check.equal(`${tries} ${await stateOf(page)}`, '1 ended',
			`after ${code} the page does not come back`);
		check.ok(await page.locator('#text').isDisabled(), `after ${code} nothing can be written`);
	}
	await page.screenshot({ path: path.join(out, 'phone-ended.png') });
	await audit(page, 'phone, ended', [['.notice.bad'], ['#state-text']]);
	for (const code of [1001, 1012, 4100, 4200]) {
		await fresh();
		await socket.close({ code, reason: '' });
		await check.works(`after ${code} the page comes back`, async () => {
			for (let i = 0; i < 40 && tries < 2; i++) {
				await delay(50);
			}
			await online(page);
			if (tries !== 2) {
				throw new Error(`${tries} connections`);
			}
		});
	}
	await complaints.collect(page, 'played');
	await context.close();
}

async function audit(page, name, wanted) {
	for (const { selector, ratio } of await page.evaluate(contrasts, wanted)) {
		check.ok(ratio >= 4.5, `contrast, ${name}: ${selector} ${ratio}`);
	}
}

async function hues(page, name) {
	let worst = 99;
	for (let hue = 0; hue < 360; hue += 15) {
		await page.evaluate((value) => document.querySelectorAll('.author').forEach((author) => {
			author.style.setProperty('--hue', value);
		}), hue);
		const [{ ratio }] = await page.evaluate(contrasts, [['.message.head:not(.mine) .author']]);
		worst = Math.min(worst, ratio);
	}
	check.ok(worst >= 4.5, `contrast, ${name}: a name in its worst colour ${worst}`);
}

async function pictures(browser, b) {
	const wanted = [['.message:not(.mine):not(.emoji) .text'], ['.message:not(.mine) time'],
		['.author'], ['.mine[data-mark="sent"] .text'], ['.mine[data-mark="sent"] time'],
		['#room'], ['#state-text'], ['.me-name'], ['#text'], ['#text', '::placeholder']];
	await b.bringToFront();
	await b.fill('#text', 'Who else is coming');
	for (const [device, viewport] of [['phone', PHONE], ['desktop', DESKTOP]]) {
		await b.setViewportSize(viewport);
		for (const scheme of ['light', 'dark']) {
			const name = `${device}-${scheme}`;
			await b.emulateMedia({ colorScheme: scheme });
			await delay(300);
			await b.screenshot({ path: path.join(out, name + '.png') });
			const wide = await b.evaluate(() => ['html', 'body', '.log', '.app', '.top', '.composer']
				.filter((part) => {
					const element = document.querySelector(part);
					return element.scrollWidth > element.clientWidth;
				}).join(' '));
			check.equal(wide, '', `nothing is wider than the ${device}, ${scheme}`);
			await audit(b, name, device === 'phone' ? wanted : [...wanted, ['#size'], ['#hint']]);
		}
	}
	for (const scheme of ['light', 'dark']) {
		await b.emulateMedia({ colorScheme: scheme });
		await hues(b, scheme);
	}
	const empty = await open(browser, 'empty', DESKTOP, { query: '?room=quiet' });
	await online(empty);
	await empty.screenshot({ path: path.join(out, 'desktop-empty.png') });
	await audit(empty, 'empty room', [['.quiet-title'], ['.quiet p:last-child']]);
	await complaints.collect(empty, 'empty');
	await empty.context().close();
}

/* A talk worth a picture, in a room of its own. */
async function scene(browser) {
	const query = '?room=lunch';
	const b = await open(browser, 'scene b', DESKTOP, { query });
	const a = await open(browser, 'scene a', PHONE, { query });
	const c = await open(browser, 'scene c', PHONE, { query });
	for (const page of [a, b, c]) {
		await online(page);
	}
	const lines = [
		[a, 'Morning! Is the new room up?'],
		[a, '大家早上好 ☀️'],
		[b, 'It is, served by a dozen lines of PHP.'],
		[c, 'Nice. What happens with <b>markup</b> & <script>alert(1)</script>?'],
		[b, 'It stays text. Nothing runs.'],
		[c, '👏🎉'],
		[a, '那中午一起吃火锅吗?🍲\n楼下新开了一家。'],
		[b, 'Count me in! 我也去 🙋'],
		[c, LONG_WORD],
		[a, 'Found it, thanks'],
		[a, 'Table for three?'],
		[b, 'See you at noon'],
	];
	for (const [who, text] of lines) {
		await tells(who, [a, b, c].filter((page) => page !== who), text);
	}
	await pictures(browser, b);
	for (const [page, name] of [[a, 'scene a'], [b, 'scene b'], [c, 'scene c']]) {
		await complaints.collect(page, name);
		await page.context().close();
	}
}

async function everything(browser) {
	const a = await open(browser, 'first', PHONE, { random: 0.999 });
	const b = await open(browser, 'second', DESKTOP, { random: 0.05 });
	await check.works('both pages come online', () => Promise.all([online(a), online(b)]));
	await talk(a, b);
	await markup(a, b);
	await keyboard(a, b);
	await limit(a, b);
	await scrolling(a, b);
	await reload(a, b);
	await rooms(browser, a);
	await scene(browser);
	await played(browser);
	await outage(a, b);
	await complaints.collect(a, 'first');
	await complaints.collect(b, 'second');
	check.equal(complaints.list.join('\n'), '', 'no page complained: console, errors, requests, CSP');
}

let browser = null;
try {
	const page = await server.start();
	check.ok(page.status === 200 && page.body.includes("default-src 'none'"),
		'the server serves the page');
	for (const file of ['app.js', 'style.css', 'favicon.svg']) {
		check.equal((await get(url(file))).status, 200, `and ${file}`);
	}
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: CHROMIUM_ARGS,
	});
	await everything(browser);
} catch (error) {
	check.ok(false, 'the run came to its end', error.stack);
} finally {
	await browser?.close();
	await server.stop();
}
if (check.failed && server.output) {
	console.log('# the server said:\n' + server.output.slice(-2000).replace(/^/gm, '#   '));
}
console.log(`${check.passed} passed, ${check.failed} failed`);
process.exit(check.failed ? 1 : 0);
