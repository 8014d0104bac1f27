/* Two browsers talk through the example page and a real server; see run.sh for how it is started.
 *
 *   node chat.mjs OUTDIR      OUTDIR holds node_modules/playwright-core and receives the pictures
 */
import { createRequire } from 'node:module';
import path from 'node:path';

import { changes } from './changes.mjs';
import { Checks, Complaints, Proxy, Server, contrasts, delay, freePort, get } from './harness.mjs';

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
	'<a href="javascript:window.pwned=5">a link</a> javascript:window.pwned=6',
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

async function open(browser, name, viewport, { random = null, query = '', base = server.page, touch = false } = {}) {
	const device = touch ? { hasTouch: true, isMobile: true } : {};
	const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en-GB', ...device });
	const page = await context.newPage();
	page.setDefaultTimeout(WAIT);
	await complaints.watch(page, name);
	if (random !== null) { // the jitter becomes known: who comes back first is no accident
		await page.addInitScript((value) => { Math.random = () => value; }, random);
	}
	await page.goto(base + query);
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
		await check.works(`D75: markup arrives as text: ${text.slice(0, 24)}…`, () => tells(a, [b], text));
	}
	await delay(200);
	for (const [page, name] of [[a, 'sender'], [b, 'receiver']]) {
		const shown = await texts(page);
		check.equal(MARKUP.filter((text) => shown.includes(text)).length, MARKUP.length,
			`the ${name} shows all of the markup, letter by letter`);
		check.equal(await page.evaluate(() => window.pwned), undefined, `D75: nothing ran at the ${name}`);
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
	const most = 64 * 1024 - JSON.stringify({ message: '', room: 'lobby', id: '0'.repeat(12) }).length;
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
	const [mine, all] = [await texts(a, '.mine'), await texts(a)];
	await a.reload();
	await online(a);
	await check.works('a reload shows the history again', () => a.locator('.text')
		.filter({ hasText: all.at(-1) }).last().waitFor());
	check.equal((await texts(a)).slice(-20).join('|'), all.slice(-20).join('|'), 'in its order');
	check.equal((await texts(a, '.mine')).join('|'), mine.join('|'), 'my messages are still mine');
	await check.works('after a reload the first page speaks',
		() => tells(a, [b], 'Back again, 重新连接了'));
	await check.works('and hears', () => tells(b, [a], 'Welcome back 🎉'));
	const after = await b.locator('.message:not(.mine) .author').last().getAttribute('title');
	check.equal(after, before, 'it came back as the same');
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
	await check.works('the log says that the connection is lost', () => a.locator('.notice.outage')
		.filter({ hasText: /^Connection lost$/ }).waitFor());
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
	for (const page of [a, b]) {
		await check.works('the page says that earlier history is gone', () => page.locator('.notice')
			.filter({ hasText: 'earlier history is gone' }).waitFor());
	}
	await check.works('what waited is delivered', () => b.locator('.message:not(.mine) .text')
		.filter({ hasText: 'and a second one' }).waitFor());
	const heard = (await texts(b, ':not(.mine)')).slice(-2).join('|');
	check.equal(heard, 'Written without a connection 📝|and a second one',
		'once and in order');
	check.equal(await pending.count(), 0, 'nothing is pending any more');
	await check.works('and the talk goes on', () => tells(b, [a], 'Got both ✅'));
}

const SOMEBODY = { uid: '6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11' };
const WELCOME = {
	type: 'welcome', v: 1, uid: 'a8098c1a-f86e-41da-bd1a-00112444be1e', session: 's', rooms: [], ping: 25, resumed: false,
	limits: { message: 65536, data: 4096, rooms: 128, rate: 20, rate_seconds: 1, resume: 120 }, time: 1,
};
const JOINED = { type: 'joined', epoch: 'e', seq: 0, count: 2, recovered: false, members: [{ uid: WELCOME.uid }, SOMEBODY] };

async function nonsense(page, say) {
	for (const frame of ['no json', '[]', 'null', '7', '{}', '{"message":1,"uid":"x"}', '{"type":"message","message":2}',
		'{"message":"x","uid":"x","room":"elsewhere","seq":1}', '{"type":"presence","room":"elsewhere"}']) {
		say(frame);
	}
	say({ message: 'Maintenance at noon', uid: SERVER_UID, time: 1 });
	await check.works('the server itself speaks as a notice', () =>
		page.locator('.notice.server').filter({ hasText: 'Maintenance at noon' }).waitFor());
	check.equal(await page.locator('.message').count(), 0,
		'frames that are no chat message show nothing');
}

/* D75: nothing that comes from elsewhere is anything but text, wherever it is shown. */
async function markupEverywhere(page, say) {
	const evil = '<img src=x onerror="window.pwned=4">';
	const person = { uid: '<b>"x', user: 'u' + evil, name: evil };
	const message = { message: evil, room: 'lobby', time: 1000, ...person };
	say({ message: 'odd uid', room: 'lobby', seq: 1, time: 1000, uid: '<b>"x' });
	await check.works('a strange uid is only text', () =>
		page.locator('.author').filter({ hasText: '<b>"x' }).waitFor());
	say({ ...message, seq: 2 });
	say({ type: 'presence', room: 'lobby', event: 'join', count: 3, ...person });
	say({ type: 'typing', room: 'lobby', ...person });
	say({ message: evil, private: true, time: 1000, ...person });
	say({ message: 'x', uid: SERVER_UID, time: 1000 });
	say({ type: 'joined', room: evil, epoch: 'e', seq: 0, count: 1, recovered: false });
	say({ type: 'left', room: evil, reason: evil });
	say({ type: 'error', room: evil, code: evil, reason: evil });
	await check.works('D75: a name that is markup is shown in the room, the lists and as typing', async () => {
		await page.locator('.author').filter({ hasText: evil }).waitFor();
		await page.locator('#typing').filter({ hasText: evil }).waitFor();
		for (const list of ['#rooms', '#direct', '#people-list']) {
			await page.locator(`${list} .entry-name`).filter({ hasText: evil }).waitFor({ state: 'attached' });
		}
	});
	say({ type: 'edit', room: 'lobby', seq: 1, text: evil + '2' });
	await check.works('an edit is shown', () => page.locator('.text').filter({ hasText: evil + '2' }).waitFor());
	say({ type: 'delete', room: 'lobby', seq: 1 });
	await check.works('a deletion is shown', () => page.locator('.message.gone .text')
		.filter({ hasText: 'Message deleted' }).waitFor());
	await page.click('#open-side');
	await page.locator('#direct .go').click();
	await page.locator('#room').filter({ hasText: evil }).waitFor();
	await page.click('#open-side');
	await page.locator('#rooms .go').filter({ hasText: evil }).click();
	await page.locator('#room').filter({ hasText: evil }).waitFor();
	await delay(200);
	check.equal(await page.evaluate(() => window.pwned), undefined, 'D75: and nothing of it ran');
	check.equal(await page.locator('img, b, .app script').count(), 0, 'D75: no element came out of it');
}

/* What a server in good order never sends here is played by a stand-in inside the browser. */
async function played(browser) {
	const context = await browser.newContext({ viewport: PHONE, colorScheme: 'dark' });
	const page = await context.newPage();
	page.setDefaultTimeout(WAIT);
	await complaints.watch(page, 'played');
	let tries = 0;
	let socket = null;
	const say = (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
	await page.routeWebSocket(/\/ws$/, (route) => {
		tries++;
		socket = route;
		route.onMessage((text) => {
			const { type, id, room } = JSON.parse(text);
			if (type === 'hello') {
				say(WELCOME);
			} else if (type === 'join') {
				say({ ...JOINED, id, room });
			} else if (type === 'history') {
				say({ type, id, room, epoch: 'e', seq: 2, messages: [], more: false });
			}
		});
	});
	const fresh = async () => {
		tries = 0;
		await page.goto(url());
		await online(page);
		await page.locator('#people-list .entry').first().waitFor({ state: 'attached' });
	};

	await fresh();
	await nonsense(page, say);
	await markupEverywhere(page, say);
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
		['#room'], ['#state-text'], ['#text'], ['#typing'], ['#text', '::placeholder']];
	await b.bringToFront();
	await b.fill('#text', 'Who else is coming');
	for (const [device, viewport] of [['phone', PHONE], ['desktop', DESKTOP]]) {
		await b.setViewportSize(viewport);
		for (const scheme of ['light', 'dark']) {
			const name = `${device}-${scheme}`;
			await b.emulateMedia({ colorScheme: scheme });
			await delay(300);
			await b.screenshot({ path: path.join(out, name + '.png') });
			const wide = await b.evaluate(() => ['html', 'body', '.log', '.chat', '.top', '.composer']
				.filter((part) => {
					const element = document.querySelector(part);
					return element.scrollWidth > element.clientWidth;
				}).join(' '));
			check.equal(wide, '', `nothing is wider than the ${device}, ${scheme}`);
			await accessible(b, name);
			await audit(b, name, device === 'phone' ? wanted : [...wanted, ['#size'], ['#hint'],
				['.me-name'], ['.me-id'], ['#people-list .entry-name'], ['.side .badge']]);
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

/* Other rooms, unread, and somebody who is typing: for the pictures. */
async function surroundings(a, b, c) {
	for (const page of [b, a]) {
		for (const room of ['design', 'release 2.0', '茶馆']) {
			page === a && await page.click('#open-side');
			await page.fill('#join-name', room);
			await page.press('#join-name', 'Enter');
			await page.locator('#room').filter({ hasText: '#' + room }).waitFor();
		}
		page === a && await page.click('#open-side');
		await entry(page, 'rooms', 'lunch').locator('.go').click();
	}
	await c.click('#open-side');
	await c.fill('#join-name', 'design');
	await c.press('#join-name', 'Enter');
	await c.locator('#room').filter({ hasText: '#design' }).waitFor();
	await say(c, 'New icons are up');
	await say(c, 'What do you think?');
	for (const page of [a, b]) {
		await c.click('#open-side');
		await entry(c, 'rooms', 'design').locator('.go').click();
		await c.click('#open-people');
		await entry(c, 'people-list', await page.textContent('#me-id')).locator('.go').click();
		await say(c, 'Do you have a minute?');
		await c.locator('.mine[data-mark="sent"]').waitFor();
	}
	await b.locator('#direct .badge').waitFor();
	setInterval(() => a.isClosed() || a.press('#text', 'x').catch(() => {}), 1500).unref();
	await b.locator('#typing').filter({ hasText: 'typing' }).waitFor();
}

async function drawers(page) {
	for (const scheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme: scheme });
		for (const [button, panel] of [['#open-side', 'side'], ['#open-people', 'people']]) {
			await page.locator(button).click();
			await delay(300);
			await page.screenshot({ path: path.join(out, `phone-${panel}-${scheme}.png`) });
			await accessible(page, `phone, ${panel}`);
			await audit(page, `phone ${panel}, ${scheme}`, panel === 'side' ? [['#rooms .go[aria-current] .entry-name'],
				['#rooms .unread .entry-name'], ['.badge'], ['.side .label'], ['.me-id'], ['#join-name', '::placeholder']]
				: [['#people-list .entry-name'], ['#people-label']]);
			await page.keyboard.press('Escape');
		}
	}
}

const entry = (page, list, name) => page.locator(`#${list} .entry`).filter({ hasText: name });

/* Rooms, direct messages and people, with two on desktops and one on a phone. */
async function company(browser) {
	const query = '?room=office';
	const a = await open(browser, 'company a', DESKTOP, { query });
	const b = await open(browser, 'company b', DESKTOP, { query });
	const c = await open(browser, 'company c', PHONE, { query });
	await Promise.all([online(a), online(b), online(c)]);
	await check.works('everybody is listed', () => entry(a, 'people-list', /.*/).nth(2).waitFor());
	check.equal(await entry(a, 'people-list', '(you)').count(), 1, 'oneself too, once');
	check.equal(await c.textContent('#people-count'), '3', 'a phone shows their number');

	await b.focus('#text');
	await b.keyboard.type('hm');
	await check.works('typing is shown to the others', () => a.locator('#typing')
		.filter({ hasText: /^[0-9a-f]{8} is typing…$/ }).waitFor());
	await tells(b, [a], 'hm, well');
	check.equal(await a.textContent('#typing'), '', 'and ends with the message');

	await a.fill('#join-name', 'kitchen');
	await a.press('#join-name', 'Enter');
	await check.works('a second room is joined', () => a.locator('#room').filter({ hasText: '#kitchen' }).waitFor());
	await tells(b, [c], 'are you there?');
	await tells(b, [c], 'hello?');
	const badge = entry(a, 'rooms', 'office').locator('.badge');
	await check.works('what is unread elsewhere is counted', () => badge.filter({ hasText: /^2$/ }).waitFor());
	check.ok((await a.title()).startsWith('(2) '), 'in the title too');
	await entry(a, 'rooms', 'office').locator('.go').click();
	await check.works('a line shows where it begins', () => a.locator('.notice.new').waitFor());
	check.equal(await a.locator('.notice.new ~ .message .text').allTextContents().then((all) => all.join('|')),
		'are you there?|hello?', 'before the unread ones');
	check.ok(await badge.isHidden(), 'read is read');
	check.equal(await a.evaluate(() => document.activeElement.id), 'text', 'and one can write at once');
	await a.keyboard.press('Alt+ArrowDown');
	check.equal(await a.textContent('#room'), '#kitchen', 'Alt and an arrow go to the next');
	await entry(a, 'rooms', 'kitchen').locator('.leave').click();
	check.equal(await a.textContent('#room'), '#office', 'a room can be left');
	check.ok(await entry(a, 'rooms', 'office').locator('.leave').isHidden(), 'the last one cannot');
	await direct(a, b, c);
	await complaints.collect(a, 'company a');
	await complaints.collect(c, 'company c');
	await Promise.all([a, c].map((page) => page.context().close()));
}

async function direct(a, b, c) {
	const uid = await b.textContent('#me-id');
	await entry(a, 'people-list', uid).locator('.go').click();
	check.equal(await a.textContent('#room'), uid, 'a person opens a conversation');
	await say(a, 'just between us');
	await check.works('it is sent', () => a.locator('.mine[data-mark="sent"]').waitFor());
	await check.works('it is counted where it arrives', () => b.locator('#direct .badge').filter({ hasText: /^1$/ }).waitFor());
	await b.locator('#direct .go').click();
	await tells(b, [a], 'my lips are sealed');
	await delay(100);
	check.ok(!(await texts(c)).join().includes('between us'), 'nobody else sees it');

	await c.click('#open-people');
	check.equal(await c.evaluate(() => document.activeElement.getAttribute('aria-label')),
		'Close the list of people', 'on a phone the list opens, with the focus');
	check.ok(await c.evaluate(() => document.getElementById('chat').inert), 'what is below it cannot be reached');
	await c.keyboard.press('Escape');
	check.equal(await c.evaluate(() => document.activeElement.id), 'open-people', 'Escape leads back');
	await complaints.collect(b, 'company b');
	await b.context().close();
	await say(a, 'are you still there?');
	await check.works('who is gone is not written to', () => a.locator('.mine[data-mark="failed"] .why-text')
		.filter({ hasText: 'not here any more' }).waitFor());
	check.ok(await a.locator('.again').last().isVisible(), 'it can be sent again');
}

/* Longer than what comes with joining. */
async function longHistory(browser) {
	const query = '?room=archive';
	const a = await open(browser, 'archive a', DESKTOP, { query });
	await online(a);
	for (let i = 1; i <= 80; i++) {
		await say(a, `line ${i}`);
		i % 20 === 0 && await delay(900); // the server's rate limit
	}
	await a.locator('.mine[data-mark="sent"] .text').filter({ hasText: /^line 80$/ }).waitFor({ timeout: 15000 });
	const b = await open(browser, 'archive b', PHONE, { query });
	await b.locator('.text').filter({ hasText: /^line 80$/ }).waitFor();
	check.equal((await texts(b))[0], 'line 31', 'fifty messages come with the room');
	await b.evaluate(() => { document.getElementById('log').scrollTop = 100; });
	await check.works('the ones before come on scrolling up', () => b.locator('.text')
		.filter({ hasText: /^line 1$/ }).waitFor({ state: 'attached' }));
	check.equal((await texts(b)).join(), Array.from({ length: 80 }, (_, i) => `line ${i + 1}`).join(),
		'in order, none twice');
	await b.locator('.notice.start').waitFor({ state: 'attached' });
	const seen = await b.evaluate(() => {
		const box = document.getElementById('log').getBoundingClientRect();
		return [...document.querySelectorAll('.text')].find((text) => text.getBoundingClientRect().top > box.top).textContent;
	});
	check.ok(/^line 3[0-9]$/.test(seen), `the reader stays where they were: ${seen}`);
	check.equal(await b.locator('#latest').isVisible(), true, 'the way down is shown');
	await complaints.collect(b, 'archive b');
	await Promise.all([a, b].map((page) => page.context().close()));
}

/* The connection is cut, not the server: everything is made up for. */
async function cut(browser) {
	const query = '?room=cut';
	const proxy = await new Proxy(port).start();
	const a = await open(browser, 'cut a', PHONE, { query, base: proxy.page, random: 0.999 });
	const b = await open(browser, 'cut b', DESKTOP, { query });
	await Promise.all([online(a), online(b)]);
	await tells(a, [b], 'before');
	const uid = await a.textContent('#me-id');
	complaints.outage = true;
	proxy.refuse = true;
	proxy.cut();
	await check.works('the page sees it', () => a.locator('#state:not([data-state="online"])').waitFor());
	await say(a, 'written in a tunnel');
	for (let i = 0; i < 5; i++) {
		await say(b, `missed ${i}`);
	}
	await b.locator('.mine[data-mark="sent"] .text').filter({ hasText: 'missed 4' }).waitFor();
	proxy.refuse = false;
	await check.works('it comes back', () => online(a, 10000));
	complaints.outage = false;
	await check.works('and says that nothing was missed', () => a.locator('.notice')
		.filter({ hasText: 'Connection restored. Nothing was missed.' }).waitFor());
	await check.works('what was written arrives', () => b.locator('.message:not(.mine) .text')
		.filter({ hasText: 'written in a tunnel' }).waitFor());
	await delay(200);
	const all = ['before', ...Array.from({ length: 5 }, (_, i) => `missed ${i}`), 'written in a tunnel'].join('|');
	check.equal((await texts(a)).join('|'), all, 'nothing is lost, nothing is doubled, all is in order');
	check.equal((await texts(b)).join('|'), all, 'for the other too');
	check.equal(await a.textContent('#me-id'), uid, 'it is the same person');
	check.equal(await b.locator('#people-list .entry').count(), 2, 'who never went, for the others');
	await complaints.collect(a, 'cut a');
	await Promise.all([a, b].map((page) => page.context().close()));
	await proxy.stop();
}

/* Everything that can be operated has a name and a role; D75's page is one for all. */
async function accessible(page, name) {
	const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, textarea, nav, aside, ul, [role="log"]')]
		.filter((element) => element.checkVisibility() && !element.getAttribute('aria-label')?.trim()
			&& !document.getElementById(element.getAttribute('aria-labelledby'))?.textContent.trim()
			&& !element.textContent.trim())
		.map((element) => element.outerHTML.slice(0, 80)).join());
	check.equal(nameless, '', `everything has a name, ${name}`);
	const small = await page.evaluate(() => [...document.querySelectorAll('button, input')]
		.filter((element) => element.checkVisibility() && !element.matches('.again, .more, .retry, .latest'))
		.filter((element) => Math.min(element.offsetHeight, element.offsetWidth) < 34)
		.map((element) => element.outerHTML.slice(0, 80)).join());
	check.equal(small, '', `nothing is too small for a finger, ${name}`);
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
	await surroundings(a, b, c);
	await pictures(browser, b);
	await drawers(a);
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
	await company(browser);
	await longHistory(browser);
	await cut(browser);
	const proxy = await new Proxy(port).start();
	await changes({ check, open, online, say, texts, accessible, complaints, proxy, browser, out });
	await proxy.stop();
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
	for (const file of ['app.js', 'log.js', 'look.js', 'changes.js', 'panels.js', 'people.js', 'state.js', 'chatroom.js', 'style.css', 'favicon.svg']) {
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
