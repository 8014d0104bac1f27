/* The mini program's page, without WeChat: what it calls is played, the server is real. */
import fs from 'node:fs';
import path from 'node:path';

import WebSocket from 'ws';

import { cleanups, equal, ok, test, until } from './harness.mjs';
import { ChatroomClient } from './web/chatroom.js';
import { fakeWx, server } from './real.mjs';

const folder = path.join(path.dirname(new URL(import.meta.url).pathname), 'miniprogram');
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');

/* Of the components that the page uses, the attributes that WeChat's reference has for each. */
const COMPONENTS = {
	any: /^(id|class|style|hidden|data-[\w-]+|aria-(role|label|live|hidden)|wx:(if|elif|else|for|key)|(bind|catch)[a-z]+)$/,
	view: [],
	text: ['user-select', 'space', 'decode'],
	button: ['disabled', 'size', 'type'],
	input: ['value', 'focus', 'placeholder', 'maxlength', 'confirm-type', 'confirm-hold', 'adjust-position'],
	'scroll-view': ['scroll-y', 'enhanced', 'show-scrollbar', 'scroll-into-view'],
};

/* The page as WeChat would make it. */
async function load() {
	let page = null;
	const room = 'mini-' + Math.random().toString(36).slice(2);
	fs.writeFileSync(path.join(folder, 'config.js'),
		`export const url = 'ws://127.0.0.1:${server.port}/ws';\nexport const room = 'lobby';\n`);
	globalThis.wx = fakeWx();
	globalThis.Page = (definition) => { page = definition; };
	await import(`./miniprogram/pages/chat/index.js?${room}`);
	page.data = JSON.parse(JSON.stringify(page.data));
	page.setData = (fields) => Object.assign(page.data, JSON.parse(JSON.stringify(fields)));
	return page;
}

test('mini program: its files fit together', async () => {
	for (const name of ['app.json', 'project.config.json', 'pages/chat/index.json']) {
		JSON.parse(read(name));
	}
	for (const name of JSON.parse(read('app.json')).pages) {
		for (const kind of ['js', 'json', 'wxml', 'wxss']) {
			ok(read(`${name}.${kind}`).length > 0, `${name}.${kind}`);
		}
	}
	const page = await load();
	const wxml = read('pages/chat/index.wxml');
	const handlers = [...wxml.matchAll(/\bbind\w+="(\w+)"/g)].map((match) => match[1]);
	ok(handlers.length >= 4, 'the page has handlers');
	equal(handlers.filter((name) => typeof page[name] !== 'function'), []);
	const names = new Set([...wxml.matchAll(/\{\{(.*?)\}\}/g)].flatMap(([, code]) =>
		code.replace(/'[^']*'/g, '').match(/(?<![\w.])[a-z]\w*/gi) || []));
	equal([...names].filter((name) => !(name in page.data) && !['item', 'false'].includes(name)), []);
	const items = new Set([...wxml.matchAll(/\bitem\.(\w+)/g)].map((match) => match[1]));
	const script = read('pages/chat/index.js');
	equal([...items].filter((name) => !new RegExp(`\\b${name}\\b[:,]|\\bitem\\.${name} = `).test(script)), [], 'fields of an item');
	equal(Object.keys(page.data).filter((name) => !wxml.includes(name)), [], 'data that nothing shows');
	ok(items.has(wxml.match(/wx:key="(\w+)"/)[1]), 'the key of the list is a field of its items');
	const events = new Set([...wxml.matchAll(/\s(?:bind|catch)(\w+)=/g)].map((match) => match[1]));
	equal([...events].filter((name) => !['tap', 'longpress', 'input', 'confirm'].includes(name)), [], 'events by their names');
	for (const [, tag, attributes] of wxml.matchAll(/<([a-z][\w-]*)((?:[^>"]|"[^"]*")*?)\/?>/g)) {
		const names = attributes.replace(/"[^"]*"/g, '').match(/[a-z][\w:-]*/gi) || [];
		equal(names.filter((name) => !COMPONENTS.any.test(name) && !(COMPONENTS[tag] || []).includes(name)), [], `<${tag}>`);
		ok(tag in COMPONENTS, `<${tag}> is a component`);
	}
	const open = [...wxml.matchAll(/<(\w[\w-]*)[^>]*?(\/?)>/g)].filter((match) => !match[2]).length;
	equal(open, [...wxml.matchAll(/<\//g)].length, 'as many elements end as begin');
});

test('mini program: talks, waits without a connection, and catches up', async () => {
	const page = await load();
	page.onLoad();
	cleanups.push(() => page.onUnload());
	const b = new ChatroomClient(`ws://127.0.0.1:${server.port}/ws`, { WebSocket, rooms: ['lobby'] });
	cleanups.push(() => b.close());
	await b.connect();
	await until('it is in', () => page.data.state === 'open' && page.data.people);
	const said = () => page.data.items.map((item) => [item.kind, item.text, item.state]);

	page.onInput({ detail: { value: ' 大家好 ' } });
	page.onSend();
	await until('it is said', () => said().length === 1 && page.data.items[0].seq === 1);
	equal([said(), page.data.text], [[['mine', '大家好', '']], '']);
	await b.send('lobby', 'hello');
	b.typing('lobby');
	await until('typing is shown', () => page.data.typing);
	equal(said()[1], ['theirs', 'hello', '']);
	equal(page.data.newest, page.data.items[1].key);

	globalThis.wx.sockets[0].terminate();
	await until('it is cut', () => page.data.state === 'waiting');
	page.onInput({ detail: { value: 'later' } });
	page.onSend();
	equal(said()[2], ['mine', 'later', 'waiting']);
	await b.send('lobby', 'meanwhile');
	page.onRetry();
	await until('all is there', () => said().every((item) => item[2] === '') && said().length === 4);
	equal(said().map((item) => item[1]), ['大家好', 'hello', 'meanwhile', 'later']);
	await b.edit('lobby', 2, 'HELLO');
	await b.delete('lobby', 3);
	await until('it is changed', () => page.data.items.some((item) => item.kind === 'gone'));
	equal([page.data.items[1].text, page.data.items[1].edited], ['HELLO', true]);

	page.onInput({ detail: { value: '/reject no' } });
	page.onSend();
	await until('it is refused', () => said()[4][2] === 'failed');
	page.onAgain({ currentTarget: { dataset: { id: page.data.items[4].id } } });
	equal(said()[4], ['mine', '/reject no', 'waiting']);
	page.onInput({ detail: { value: '/kick' } });
	page.onSend();
	await until('it is closed', () => page.data.state === 'closed');
	ok(said().some((item) => item[0] === 'notice'), 'and says so');
});

test('mini program: own messages are edited and deleted', async () => {
	const page = await load();
	const { wx } = globalThis;
	const room = 'lobby';
	page.onLoad();
	cleanups.push(() => page.onUnload());
	const b = new ChatroomClient(`ws://127.0.0.1:${server.port}/ws`, { WebSocket, rooms: [room] });
	cleanups.push(() => b.close());
	const heard = [];
	b.on('edit', ({ text }) => heard.push(text));
	b.on('delete', ({ seq, time }) => time || heard.push(seq));
	await b.connect();
	await until('it is in', () => page.data.state === 'open');
	const say = async (text) => {
		page.onInput({ detail: { value: text } });
		page.onSend();
		await until('it is said', () => page.data.items.some((item) => item.text === text && item.seq));
	};
	const item = (text) => page.data.items.find((one) => one.text === text);
	const press = (text) => {
		wx.sheet = null;
		page.onMenu({ currentTarget: { dataset: { key: item(text).key } } });
		return wx.sheet && wx.sheet.itemList;
	};
	const tap = (name) => wx.sheet.success({ tapIndex: wx.sheet.itemList.indexOf(name) });

	await say('Helo');
	await b.send(room, 'theirs');
	await until('it is heard', () => item('theirs'));
	equal(press('theirs'), ['Copy']);
	tap('Copy');
	equal(wx.clipboard, 'theirs');
	equal(press('Helo'), ['Copy', 'Edit', 'Delete']);
	wx.sheet.success({}); // a cancel on a PC
	equal(page.data.editing, '');

	page.onInput({ detail: { value: 'a draft' } });
	tap('Edit');
	equal([page.data.editing, page.data.text, page.data.focus], ['Helo', 'Helo', true]);
	page.onCancel();
	equal([page.data.editing, page.data.text], ['', 'a draft']);
	press('Helo');
	tap('Edit');
	page.onInput({ detail: { value: 'Hello' } });
	page.onSend();
	equal([page.data.editing, page.data.text], ['', 'a draft']);
	await until('it is edited', () => item('Hello') && item('Hello').edited && heard.length === 1);
	equal([heard, item('Hello').why], [['Hello'], '']);

	press('Hello');
	tap('Delete');
	wx.modal.success({ confirm: false });
	press('Hello');
	tap('Edit');
	page.onInput({ detail: { value: '' } });
	page.onSend();
	ok(wx.modal.confirmText.length <= 4 && wx.modal.cancelText.length <= 4, 'WeChat takes four letters');
	equal(page.data.editing, 'Hello', 'still asked');
	wx.modal.success({ confirm: true });
	await until('it is deleted', () => heard.length === 2 && page.data.items.some((one) => one.kind === 'gone' && one.own));
	equal([page.data.editing, item('Hello')], ['', undefined]);
	equal(press('Message deleted'), null);

	await say('reject me');
	press('reject me');
	tap('Edit');
	page.onInput({ detail: { value: '/reject rude' } });
	page.onSend();
	await until('it is refused', () => item('reject me').why.startsWith('Not changed: '));
});

test('mini program: what a restart left behind is not ours to change', async () => {
	const page = await load();
	page.onLoad();
	cleanups.push(() => page.onUnload());
	await until('it is in', () => page.data.state === 'open');
	page.onInput({ detail: { value: 'before' } });
	page.onSend();
	await until('it is said', () => page.data.items.some((item) => item.text === 'before' && item.seq));
	page.chat._emit('gap', { room: 'lobby', renewed: true });
	page.onMenu({ currentTarget: { dataset: { key: page.data.items.find((item) => item.text === 'before').key } } });
	equal(globalThis.wx.sheet.itemList, ['Copy']);
});
