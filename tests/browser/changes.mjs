/* One's own messages are edited and deleted: by keyboard, with a pointer, with a finger; the others see it at once, and
 * whoever comes later. */
import path from 'node:path';

import { contrasts, delay } from './harness.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const mine = (page, text) => page.locator('.message.mine').filter({ hasText: text });
const theirs = (page, text) => page.locator('.message:not(.mine)').filter({ hasText: text });
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className);
const value = (page) => page.inputValue('#text');

/* it: {check, open, online, say, texts, accessible, complaints, proxy, browser, out} */
export async function changes(it) {
	const query = '?room=changes';
	const a = await it.open(it.browser, 'changes a', DESKTOP, { query });
	const b = await it.open(it.browser, 'changes b', DESKTOP, { query });
	await Promise.all([it.online(a), it.online(b)]);
	for (const text of ['The first lien', 'A second one', 'And a thrid']) {
		await it.say(a, text);
	}
	await it.say(b, 'Not yours');
	await theirs(b, 'And a thrid').waitFor();
	await theirs(a, 'Not yours').waitFor();
	await mine(a, 'And a thrid').and(a.locator('[data-mark="sent"]')).waitFor();

	await byKeyboard(it, a, b);
	await byPointer(it, a, b);
	await later(it, query);
	await refused(it, a, b);
	await Promise.all([a, b].map((page) => page.context().close()));
	await withoutConnection(it);
	await withFinger(it);
}

async function byKeyboard({ check, texts, out }, a, b) {
	await a.fill('#text', '');
	await a.focus('#text');
	await a.keyboard.press('ArrowUp');
	check.equal(await value(a), 'And a thrid', 'ArrowUp in an empty composer edits the last own message');
	check.equal(await a.getAttribute('#text', 'aria-label'), 'Edit your message', 'the composer says so');
	check.ok(await a.locator('#editing').isVisible(), 'and shows so');
	check.equal(await a.getAttribute('#send', 'aria-label'), 'Save', 'its button saves');
	await a.keyboard.type(' x');
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `desktop-editing-${scheme}.png`) });
	}
	await a.emulateMedia({ colorScheme: 'light' });
	await a.keyboard.press('Escape');
	check.equal(await value(a), '', 'Escape cancels');
	check.equal((await texts(a)).includes('And a thrid'), true, 'and nothing is changed');
	check.ok(await a.locator('#editing').isHidden(), 'the composer is as before');

	await a.keyboard.press('ArrowUp');
	await a.fill('#text', 'And a third');
	await a.keyboard.press('Enter');
	await check.works('what is edited is shown to the other, marked', () =>
		theirs(b, 'And a third').locator('.edited:visible').waitFor());
	await check.works('and to its author', () => mine(a, 'And a third').locator('.edited:visible').waitFor());
	check.equal((await texts(b)).slice(-4).join('|'), 'The first lien|A second one|And a third|Not yours',
		'in its place');
	check.equal(await value(a), '', 'the composer is empty afterwards');

	await a.keyboard.type('a draft');
	await a.keyboard.press('ArrowUp');
	check.equal(await value(a), 'a draft', 'ArrowUp with words in it edits nothing');

	await a.keyboard.press('Shift+Tab');
	check.equal(await a.evaluate(() => document.activeElement.closest('.message')?.querySelector('.text').textContent),
		'And a third', 'Shift+Tab reaches the last own message');
	await a.keyboard.press('ArrowUp');
	await a.keyboard.press('ArrowUp');
	await a.keyboard.press('Enter');
	check.equal(await focused(a), 'menu-edit', 'its menu opens with the focus');
	await a.keyboard.press('Escape');
	check.ok(await a.locator('#menu').isHidden(), 'Escape closes it');
	check.ok(/\bact\b/.test(await focused(a)), 'and leads back to the button');
	await a.keyboard.press('Enter');
	await a.keyboard.press('Enter');
	check.equal(await value(a), 'The first lien', 'an arrow leads to an earlier one, Enter edits it');
	await a.fill('#text', 'The first line');
	await a.keyboard.press('Enter');
	await check.works('which the other sees', () => theirs(b, 'The first line').locator('.edited:visible').waitFor());
	check.equal(await value(a), 'a draft', 'and the draft is back');
	await a.fill('#text', '');
}

async function byPointer({ check, texts, accessible, out }, a, b) {
	check.equal(await b.locator('.message:not(.mine) .act').count(), 0, "others' messages have no menu");
	await mine(a, 'A second one').hover();
	await mine(a, 'A second one').locator('.act').click();
	await delay(150);
	await accessible(a, 'desktop, menu');
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `desktop-menu-${scheme}.png`) });
		await audit(a, check, `menu, ${scheme}`, [['#menu-edit'], ['#menu-delete'], ['.mine .edited']]);
	}
	await a.emulateMedia({ colorScheme: 'light' });
	await a.click('#menu-delete');
	check.equal(await a.textContent('#ask-text'), 'A second one', 'before deleting the page asks');
	check.equal(await focused(a), 'ask-no', 'and Enter alone would not do it');
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `desktop-delete-${scheme}.png`) });
		await audit(a, check, `question, ${scheme}`, [['#ask-title'], ['#ask-text'], ['#ask-note'], ['#ask-no'], ['#ask-yes']]);
	}
	await a.emulateMedia({ colorScheme: 'light' });
	await a.keyboard.press('Escape');
	check.ok(await a.locator('#ask').isHidden(), 'Escape says no');
	await delay(100);
	check.equal((await texts(b)).includes('A second one'), true, 'and nothing is deleted');

	await mine(a, 'A second one').locator('.act').click();
	await a.click('#menu-delete');
	await a.click('#ask-yes');
	await check.works('deleted, the other sees it', () => theirs(b, 'Message deleted').and(b.locator('.gone')).waitFor());
	await check.works('and its author', () => mine(a, 'Message deleted').and(a.locator('.gone')).waitFor());
	check.ok(!(await b.textContent('#log')).includes('A second one'), 'its words are gone');
	check.equal(await mine(a, 'Message deleted').locator('.act:visible').count(), 0, 'a deleted message has no menu');
	check.equal(await focused(a), 'text', 'and one can write at once');

	await a.keyboard.press('ArrowUp');
	await a.fill('#text', '');
	await a.keyboard.press('Enter');
	check.ok(await a.locator('#ask').isVisible(), 'a message edited to nothing: the page asks whether to delete it');
	await a.keyboard.press('Enter');
	check.ok(await a.locator('#ask').isHidden(), 'Enter says no');
	check.equal(await focused(a), 'text', 'then one goes on editing');
	await a.keyboard.press('Enter');
	await a.keyboard.press('Tab');
	await a.keyboard.press('Enter');
	await check.works('Tab and Enter say yes', () => theirs(b, 'Message deleted').nth(1).waitFor());
	check.ok(await a.locator('#editing').isHidden(), 'and it is not edited any more');
}

/* Who comes later sees the same. */
async function later({ check, open, online, browser, texts }, query) {
	const c = await open(browser, 'changes c', DESKTOP, { query });
	await online(c);
	await theirs(c, 'Not yours').waitFor();
	check.equal((await texts(c)).join('|'), 'The first line|Message deleted|Message deleted|Not yours',
		'whoever comes later sees what is left');
	check.ok(await theirs(c, 'The first line').locator('.edited').isVisible(), 'and what was edited');
	await c.context().close();
}

/* What one wrote is one's own after a reload too. */
async function refused({ check, say, online }, a, b) {
	await a.reload();
	await online(a);
	await mine(a, 'The first line').waitFor();
	await say(a, 'short');
	await mine(a, 'short').and(a.locator('[data-mark="sent"]')).waitFor();
	await a.keyboard.press('ArrowUp');
	// as if it were too old
	await a.evaluate(() => {
		const { send } = WebSocket.prototype;
		WebSocket.prototype.send = function (text) {
			send.call(this, text.includes('"type":"edit"') ? text.replace(/"seq":\d+/, '"seq":1000000') : text);
		};
	});
	await a.fill('#text', 'longer');
	await a.keyboard.press('Enter');
	await check.works('a change that is refused says why', () => mine(a, 'short').locator('.why-text')
		.filter({ hasText: /^Not changed: it is not kept any more\.$/ }).waitFor());
	check.equal(await theirs(b, 'longer').count(), 0, 'nobody has seen it');
	await mine(a, 'short').locator('.again').click();
	check.equal(await value(a), 'longer', 'and what was written is not lost');
	await a.fill('#join-name', 'elsewhere');
	await a.press('#join-name', 'Enter');
	await a.locator('#room').filter({ hasText: '#elsewhere' }).waitFor();
	check.equal(await value(a), '', 'another room has another composer');
	check.ok(await a.locator('#editing').isHidden(), 'where nothing is edited');
	await a.keyboard.press('ArrowUp');
	check.equal(await value(a), '', 'and nothing could be');
}

async function withoutConnection({ check, open, online, say, browser, proxy, complaints }) {
	const query = '?room=tunnel';
	const a = await open(browser, 'tunnel a', DESKTOP, { query, base: proxy.page });
	const b = await open(browser, 'tunnel b', DESKTOP, { query });
	await Promise.all([online(a), online(b)]);
	await say(a, 'one');
	await say(a, 'two');
	await theirs(b, 'two').waitFor();
	await mine(a, 'two').and(a.locator('[data-mark="sent"]')).waitFor();
	complaints.outage = true;
	proxy.refuse = true;
	proxy.cut();
	await a.locator('#state:not([data-state="online"])').waitFor();
	await a.keyboard.press('ArrowUp');
	await a.fill('#text', 'TWO');
	await a.keyboard.press('Enter');
	check.equal(await mine(a, 'TWO').getAttribute('data-mark'), 'pending', 'a change waits for the connection, visibly');
	proxy.refuse = false;
	await check.works('and arrives with it', () => theirs(b, 'TWO').locator('.edited:visible').waitFor({ timeout: 15000 }));
	complaints.outage = false;
	await check.works('then it is done', () => mine(a, 'TWO').and(a.locator('[data-mark="sent"]')).waitFor());
	await complaints.collect(a, 'tunnel a');
	await complaints.collect(b, 'tunnel b');
	await Promise.all([a, b].map((page) => page.context().close()));
}

async function withFinger({ check, open, online, say, browser, accessible, complaints, out }) {
	const query = '?room=thumb';
	const a = await open(browser, 'thumb a', PHONE, { query, touch: true });
	const b = await open(browser, 'thumb b', PHONE, { query, touch: true });
	await Promise.all([online(a), online(b)]);
	await say(b, 'Where do we meet?');
	await theirs(a, 'Where do we meet?').waitFor();
	await say(a, 'At the station, at sevn');
	await say(a, 'Oops');
	await theirs(b, 'Oops').waitFor();
	await mine(a, 'Oops').and(a.locator('[data-mark="sent"]')).waitFor();
	await theirs(b, 'Oops').locator('.bubble').tap();
	check.ok(await b.locator('#menu').isHidden(), "a tap on another's message does nothing");
	await mine(a, 'At the station').locator('.bubble').tap();
	check.ok(await a.locator('#menu').isVisible(), 'a tap on an own message opens its menu');
	await delay(100);
	await accessible(a, 'phone, menu');
	check.ok(await a.evaluate(() => {
		const box = document.getElementById('menu').getBoundingClientRect();
		return box.left >= 0 && box.right <= innerWidth && box.bottom <= document.getElementById('composer').offsetTop + 1
			&& document.getElementById('menu-edit').offsetHeight >= 44;
	}), 'the menu is inside the screen, and large enough');
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `phone-menu-${scheme}.png`) });
	}
	await mine(a, 'At the station').locator('.bubble').tap();
	check.ok(await a.locator('#menu').isHidden(), 'a second tap closes it');
	await mine(a, 'At the station').locator('.bubble').tap();
	await theirs(a, 'Where do we meet?').locator('.bubble').tap();
	check.ok(await a.locator('#menu').isHidden(), 'so does one elsewhere');
	await mine(a, 'At the station').locator('.bubble').tap();
	await a.tap('#menu-edit');
	await a.fill('#text', 'At the station, at seven');
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `phone-editing-${scheme}.png`) });
		await audit(a, check, `phone, editing, ${scheme}`, [['.editing-label'], ['#editing-text'], ['#text']]);
	}
	await accessible(a, 'phone, editing');
	await a.tap('#send');
	await check.works('the change arrives', () => theirs(b, 'at seven').locator('.edited:visible').waitFor());
	await mine(a, 'Oops').locator('.bubble').tap();
	await a.tap('#menu-delete');
	await delay(100);
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `phone-delete-${scheme}.png`) });
	}
	await accessible(a, 'phone, question');
	await a.tap('#ask-yes');
	await check.works('and it is deleted', () => theirs(b, 'Message deleted').waitFor());
	for (const scheme of ['light', 'dark']) {
		await a.emulateMedia({ colorScheme: scheme });
		await delay(100);
		await a.screenshot({ path: path.join(out, `phone-changed-${scheme}.png`) });
		await audit(a, check, `deleted, ${scheme}`, [['.gone .text'], ['.gone time']]);
	}
	await complaints.collect(a, 'thumb a');
	await complaints.collect(b, 'thumb b');
	await Promise.all([a, b].map((page) => page.context().close()));
}

async function audit(page, check, name, wanted) {
	for (const { selector, ratio } of await page.evaluate(contrasts, wanted)) {
		check.ok(ratio >= 4.5, `contrast, ${name}: ${selector} ${ratio}`);
	}
}
