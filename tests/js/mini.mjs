/* The mini program's page, without WeChat: what it calls is played, the server is real. */
import fs from 'node:fs';
import path from 'node:path';

import WebSocket from 'ws';

import { cleanups, equal, ok, test, until } from './harness.mjs';
import { ChatroomClient } from './web/chatroom.js';
import { fakeWx, server } from './real.mjs';

const folder = path.join(path.dirname(new URL(import.meta.url).pathname), 'miniprogram');
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');

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
	equal(page.data.items[1].text, 'HELLO');

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
