/* The client against the real server. */
import WebSocket from 'ws';

import { ChatroomClient, wxTransport } from './web/chatroom.js';
import { Proxy, Server, cleanups, codeOf, delay, equal, ok, test, until } from './harness.mjs';

export const server = await new Server({ ping_interval: 1, resume_window: 30 }).start();

const texts = (list) => list.map((m) => m.message);

/* A client that keeps what it hears; connected unless told otherwise. */
async function client(options = {}, { url, connect = true, on = server } = {}) {
	const chat = new ChatroomClient(url || `ws://127.0.0.1:${on.port}/ws`,
		{ WebSocket, backoffMin: 20, backoffMax: 200, timeout: 2000, ...options });
	chat.heard = {};
	for (const event of ['message', 'private', 'announcement', 'gap', 'state', 'welcome', 'joined', 'left', 'refused',
		'presence', 'typing', 'signal', 'read', 'edit', 'delete', 'kick', 'reconnect', 'close', 'error']) {
		chat.heard[event] = [];
		chat.on(event, (detail) => chat.heard[event].push(detail));
	}
	cleanups.push(() => chat.close());
	if (connect) {
		await chat.connect();
		await until('it is in its rooms', () => chat.rooms.length === (options.rooms || []).length);
	}
	return chat;
}

async function proxied(options = {}) {
	const proxy = await new Proxy(server).start();
	return [await client(options, { url: proxy.url }), proxy];
}

let rooms = 0;
const fresh = (prefix = 'room') => `${prefix}-${process.pid}-${++rooms}`;

test('connects, joins, and says something', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	ok(/^[0-9a-f-]{36}$/.test(a.uid), 'it has a uid');
	equal(a.state, 'open');
	equal(a.rooms, [room]);
	const ack = await a.send(room, '你好 👋', { data: { n: [1, null] } });
	equal([ack.room, ack.seq], [room, 1]);
	const [own] = a.heard.message;
	equal([own.message, own.uid, own.seq, own.own, own.replayed, own.data], ['你好 👋', a.uid, 1, true, false, { n: [1, null] }]);
	equal(own.time, ack.time);
});

test('two see the same messages in the same order', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const b = await client({ rooms: [room] });
	await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? a : b).send(room, `m${i}`)));
	await until('all is heard', () => a.heard.message.length >= 60 && b.heard.message.length >= 60);
	equal(texts(a.heard.message), texts(b.heard.message));
	equal(a.heard.message.map((m) => m.seq), Array.from({ length: 60 }, (_, i) => i + 1));
	equal(a.heard.message.filter((m) => m.own).length, 30);
});

test('history comes with join, marked as replayed', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	for (let i = 1; i <= 6; i++) {
		await a.send(room, `m${i}`);
	}
	const b = await client({ rooms: [room], history: 4 });
	await a.send(room, 'm7');
	await until('all is heard', () => b.heard.message.length >= 5);
	equal(texts(b.heard.message), ['m3', 'm4', 'm5', 'm6', 'm7']);
	equal(b.heard.message.map((m) => m.replayed), [true, true, true, true, false]);
	equal(b.heard.gap, []);
	const joined = await b.join(fresh(), { history: 0 });
	equal([joined.seq, joined.fresh], [0, true]);
});

test('history is read page by page', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	await Promise.all(Array.from({ length: 25 }, (_, i) => a.send(room, `m${i + 1}`)));
	const first = await a.history(room, { limit: 10 });
	equal([texts(first.messages)[0], first.messages.length, first.more], ['m16', 10, true]);
	const second = await a.history(room, { limit: 20, before: first.messages[0].seq });
	equal([texts(second.messages)[0], second.messages.length, second.more], ['m1', 15, false]);
	const after = await a.history(room, { limit: 2, after: 3 });
	equal([texts(after.messages), after.more], [['m4', 'm5'], true]);
});

test('private messages find their one, or tell that they do not', async () => {
	const a = await client();
	const b = await client();
	const anna = [1, 2];
	for (const i of [0, 1]) {
		anna[i] = await client({}, { url: `ws://127.0.0.1:${server.port}/ws?user=anna` });
	}
	equal((await a.sendPrivate(b.uid, 'psst', { data: 7 })).delivered, 1);
	equal((await a.sendPrivate('user:anna', 'both of you')).delivered, 2);
	equal(await codeOf(a.sendPrivate('user:bert', 'x')), 'no_such_user');
	equal(await codeOf(a.sendPrivate('6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11', 'x')), 'no_such_client');
	await until('they hear it', () => b.heard.private.length + anna[0].heard.private.length + anna[1].heard.private.length === 3);
	equal([b.heard.private[0].message, b.heard.private[0].uid, b.heard.private[0].data], ['psst', a.uid, 7]);
	equal(anna[1].user, 'anna');
	equal(a.heard.private, []);
});

test('the server speaks to all', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	await a.send(room, '/all hear, hear');
	await until('it is heard', () => a.heard.announcement.length === 1);
	equal(a.heard.announcement[0].message, 'hear, hear');
});

test('presence: who comes, who goes, who is there', async () => {
	const room = fresh('seen');
	const a = await client({ rooms: [room] });
	equal(a.heard.joined[0].members, [{ uid: a.uid }]);
	const b = await client({ rooms: [room] });
	equal((await a.members(room)).members.map((m) => m.uid).sort(), [a.uid, b.uid].sort());
	await b.leave(room);
	await b.join(room);
	b.close();
	await until('all is told', () => a.heard.presence.length === 4);
	equal(a.heard.presence.map((p) => [p.event, p.uid, p.count]),
		[['join', b.uid, 2], ['leave', b.uid, 1], ['join', b.uid, 2], ['leave', b.uid, 1]]);
	const quiet = fresh();
	await a.join(quiet);
	equal(await codeOf(a.members(quiet)), 'forbidden');
});

test('presence does not flicker when a connection is cut', async () => {
	const room = fresh('seen');
	const a = await client({ rooms: [room] });
	const [b, proxy] = await proxied({ rooms: [room] });
	await until('it is there', () => a.heard.presence.length === 1);
	proxy.cut();
	await until('it is back', () => b.heard.welcome.length === 2 && b.rooms.length === 1);
	await delay(500);
	equal(a.heard.presence.length, 1);
	b.close();
	await until('it goes', () => a.heard.presence.length === 2);
	equal([a.heard.presence[1].event, a.heard.presence[1].count], ['leave', 1], 'it counted once');
	equal((await a.members(room)).count, 1);
});

test('presence: cut off and back in a room that was empty meanwhile', async () => {
	const room = fresh('seen');
	const [b, proxy] = await proxied({ rooms: [room], backoffMin: 100 });
	proxy.cut();
	await until('it is back', () => b.heard.welcome.length === 2 && b.rooms.length === 1);
	const a = await client({ rooms: [room] });
	equal(a.heard.joined[0].count, 2);
	await delay(500);
	equal(a.heard.presence, []);
	proxy.cut();
	proxy.frozen = true;
	await until('its grace is over', () => a.heard.presence.length === 1);
	equal([a.heard.presence[0].event, a.heard.presence[0].count], ['leave', 1]);
});

test('typing, signals and marks of what was read', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const b = await client({ rooms: [room] });
	ok(a.typing(room) && a.typing(room) && a.typing(room), 'typing is told');
	ok(a.signal(room, 'cursor', { x: 1 }) && a.read(room, 0), 'so are the others');
	await until('they are heard', () => b.heard.read.length === 1);
	equal(b.heard.typing.map((t) => [t.uid, t.room]), [[a.uid, room]], 'once in three seconds');
	equal([b.heard.signal[0].name, b.heard.signal[0].data, b.heard.read[0].seq], ['cursor', { x: 1 }, 0]);
	equal(a.typing('another'), false);
});

test('own messages can be changed and deleted, by nobody else', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const b = await client({ rooms: [room] });
	await a.send(room, 'teh');
	await a.send(room, 'oops');
	equal(await codeOf(b.edit(room, 1, 'mine')), 'forbidden');
	await a.edit(room, 1, 'the');
	await a.delete(room, 2);
	await until('they are told', () => b.heard.delete.length === 1);
	equal([b.heard.edit[0].seq, b.heard.edit[0].text, b.heard.delete[0].seq], [1, 'the', 2]);
	equal([a.heard.edit[0].text, a.heard.edit[0].own, a.heard.delete[0].own], ['the', true, true]);
	equal((await b.history(room)).messages.map((m) => m.type || [m.message, m.edited]), [['the', true], 'delete']);
	const c = await client({ rooms: [room] });
	await until('the history is here', () => c.heard.delete.length === 1);
	equal(texts(c.heard.message), ['the']);
	await a.send(room, 'on');
	await until('it is heard', () => c.heard.message.length === 2);
});

test('what the server refuses is rejected with its code', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const error = await a.send(room, '/reject roses are red').catch((thrown) => thrown);
	equal([error.name, error.code, error.message], ['ChatroomError', 'no_poetry', 'roses are red']);
	const silent = await a.send(room, '/drop');
	equal([silent.type, silent.seq], ['ack', undefined]);
	equal(a.heard.message, []);
	equal(await codeOf(a.send('elsewhere', 'x')), 'not_joined');
	equal(await codeOf(a.send(room, '漢'.repeat(30000))), 'too_big');
	equal((await a.send(room, '漢'.repeat(21000))).seq, 1);
	equal(await codeOf(a.send(room, 'x', { data: 'y'.repeat(5000) })), 'too_big');
	equal(await codeOf(a.join('secret garden')), 'forbidden');
	equal(a.heard.refused[0].room, 'secret garden');
	equal(a.heard.error, []);
	equal((await a.send(room, 'half \ud83d of it')).seq, 2);
	equal(a.heard.message[1].message, 'half \ufffd of it');
});

test('rooms are left and joined, by the client and by the server', async () => {
	const [room, other] = [fresh(), fresh()];
	const a = await client({ rooms: [room] });
	await a.send(room, `/into ${other}`);
	await until('it is in both', () => a.rooms.length === 2);
	await a.send(other, 'here');
	await a.send(room, `/outof ${room}`);
	await until('it is out', () => a.rooms.length === 1);
	equal(a.heard.left[0].room, room);
	equal(await codeOf(a.send(room, 'x')), 'not_joined');
	a.leave(other);
	const again = await a.join(other);
	equal([again.room, a.rooms], [other, [other]]);
	await a.leave(other);
	equal(a.rooms, []);
	equal(await codeOf(a.send(other, 'x')), 'not_joined');
});

test('cut again and again in the middle of it: no loss, no duplicate, one order', async () => {
	const room = fresh();
	const [a, proxyA] = await proxied({ rooms: [room] });
	const [b, proxyB] = await proxied({ rooms: [room] });
	const c = await client({ rooms: [room] });
	const [uidA, uidB] = [a.uid, b.uid];
	const sent = [];
	let cutting = true;
	const cuts = (async () => {
		for (let i = 0; cutting; i++) {
			await delay(45);
			(i % 2 ? proxyA : proxyB).cut();
		}
	})();
	for (let i = 0; i < 150; i++) {
		sent.push(a.send(room, `a${i}`), b.send(room, `b${i}`));
		await delay(5);
	}
	cutting = false;
	await cuts;
	const acks = await Promise.all(sent);
	await until('all is heard', () => [a, b, c].every((one) => one.heard.message.length >= 300));
	await delay(50);
	const order = texts(c.heard.message);
	equal(order.length, 300);
	equal(new Set(order).size, 300, 'none twice');
	equal(texts(a.heard.message), order, 'the first has them all');
	equal(texts(b.heard.message), order, 'so has the second');
	equal(order.filter((text) => text[0] === 'a'), Array.from({ length: 150 }, (_, i) => `a${i}`));
	equal(acks.map((ack) => ack.seq).sort((x, y) => x - y), Array.from({ length: 300 }, (_, i) => i + 1));
	ok(a.heard.welcome.length > 4 && b.heard.welcome.length > 4, `reconnects: ${a.heard.welcome.length}`);
	ok(a.heard.welcome.slice(1).every((w) => w.resumed), 'all were resumed');
	equal([a.uid, b.uid], [uidA, uidB]);
	equal([...a.heard.gap, ...b.heard.gap], []);
	equal(a.heard.message.filter((m) => m.own).length, 150, 'replayed own messages are own');
});

test('an ack that is lost: the same message again, but only once in the room', async () => {
	const room = fresh();
	const c = await client({ rooms: [room] });
	const [a, proxy] = await proxied({ rooms: [room] });
	proxy.deaf = true;
	const promises = Array.from({ length: 16 }, (_, i) => a.send(room, `once ${i}`));
	const direct = a.sendPrivate(c.uid, 'once, privately');
	await until('the room has them', () => c.heard.message.length === 16);
	equal(a.heard.message.length, 0, 'no ack came');
	proxy.cut();
	const acks = await Promise.all(promises);
	equal(acks.map((ack) => ack.seq), Array.from({ length: 16 }, (_, i) => i + 1));
	equal((await direct).delivered, 1);
	await delay(100);
	equal([c.heard.message.length, c.heard.private.length], [16, 1]);
	equal(texts(a.heard.message), texts(c.heard.message));
});

test('more than the server remembers is never on its way', async () => {
	const room = fresh();
	const c = await client({ rooms: [room] });
	const [a, proxy] = await proxied({ rooms: [room] });
	proxy.deaf = true;
	const promises = Array.from({ length: 100 }, (_, i) => a.send(room, `m${i}`));
	await until('the room has some', () => c.heard.message.length > 0);
	await delay(100);
	ok(c.heard.message.length <= 32, `${c.heard.message.length} on their way`);
	proxy.cut();
	await Promise.all(promises);
	await until('it has all', () => c.heard.message.length >= 100);
	await delay(50);
	equal(texts(c.heard.message), Array.from({ length: 100 }, (_, i) => `m${i}`));
});

test('resumes twice without having seen a message', async () => {
	const room = fresh();
	const c = await client({ rooms: [room] });
	const [a, proxy] = await proxied({ rooms: [room] });
	const { uid } = a;
	for (const turn of [1, 2]) {
		proxy.cut();
		await until('it is cut', () => a.state !== 'open');
		turn === 2 && await c.send(room, 'at last');
		await until('it is back', () => a.heard.welcome.length === turn + 1 && a.rooms.length === 1);
		equal([a.heard.welcome[turn].resumed, a.uid], [true, uid]);
	}
	await until('it hears', () => a.heard.message.length === 1);
	equal([a.heard.message[0].replayed, a.heard.gap], [true, []]);
});

test('changes that were missed come after', async () => {
	const room = fresh();
	const c = await client({ rooms: [room] });
	const [a, proxy] = await proxied({ rooms: [room] });
	await c.send(room, 'one');
	await c.send(room, 'two');
	await until('it hears', () => a.heard.message.length === 2);
	proxy.cut();
	await until('it is cut', () => a.state !== 'open');
	await c.edit(room, 1, 'ONE');
	await c.delete(room, 2);
	await until('it is told', () => a.heard.edit.length > 0 && a.heard.delete.length > 0);
	equal([a.heard.edit[0].text, a.heard.delete[0].seq], ['ONE', 2]);
});

test('more was said than is kept: a gap, then the newest', async () => {
	const room = 'short';
	const c = await client({ rooms: [room] });
	const [a, proxy] = await proxied({ rooms: [room], history: 10, backoffMin: 300 });
	await c.send(room, 'first');
	await until('it hears', () => a.heard.message.length === 1);
	proxy.cut();
	await until('it is cut', () => a.state !== 'open');
	for (let i = 0; i < 12; i++) {
		await c.send(room, `m${i}`);
	}
	const talk = (async () => {
		for (let i = 12; i < 60; i++) {
			await c.send(room, `m${i}`);
			await delay(10);
		}
	})();
	await until('a gap is told', () => a.heard.gap.length === 1);
	await talk;
	await until('it hears the last', () => a.heard.message.some((m) => m.message === 'm59'));
	const { since, renewed } = a.heard.gap[0];
	equal([since, renewed], [1, false]);
	const seqs = a.heard.message.slice(1).map((m) => m.seq);
	equal(seqs, Array.from({ length: seqs.length }, (_, i) => seqs[0] + i), 'no hole after the gap');
	ok(a.heard.message[1].replayed && !a.heard.message.at(-1).replayed, 'first the kept ones, then live');
});

test('the server dies and comes back: a new session, a new epoch, a gap', async () => {
	const own = await new Server().start();
	cleanups.push(() => own.stop());
	const room = fresh();
	const a = await client({ rooms: [room] }, { on: own });
	const { uid } = a;
	await a.send(room, 'one');
	await a.send(room, 'two');
	await own.stop();
	await until('it is gone', () => a.state === 'waiting');
	const waiting = a.send(room, 'written meanwhile');
	await own.start();
	equal((await waiting).seq, 1, 'what never went out goes out');
	equal(a.heard.gap.map((gap) => [gap.room, gap.renewed, gap.since]), [[room, true, 0]]);
	equal(a.heard.welcome[1].resumed, false);
	ok(a.uid !== uid, 'another uid');
	equal(texts(a.heard.message), ['one', 'two', 'written meanwhile']);
	ok(a.heard.joined[1].epoch !== a.heard.joined[0].epoch && !a.heard.joined[1].fresh, 'another epoch');
});

test('what went out but was not answered by a server that died is rejected, not doubled', async () => {
	const own = await new Server().start();
	cleanups.push(() => own.stop());
	const proxy = await new Proxy(own).start();
	const room = fresh();
	const a = await client({ rooms: [room] }, { url: proxy.url });
	proxy.deaf = true;
	const lost = codeOf(a.send(room, 'did it arrive?'));
	await delay(50);
	await own.stop();
	proxy.cut();
	await own.start();
	equal(await lost, 'connection_lost');
	equal((await a.send(room, 'next')).seq, 1);
});

test('a server that stops in order says when to come back', async () => {
	const own = await new Server().start();
	cleanups.push(() => own.stop());
	const a = await client({ rooms: ['x'] }, { on: own });
	await own.stop('SIGTERM');
	await until('it is told', () => a.heard.close.length === 1);
	equal([a.heard.reconnect[0].after, a.heard.close[0].code, a.heard.close[0].retry], [1, 1001, true]);
	ok(a.heard.close[0].delay >= 1000, `comes back after ${a.heard.close[0].delay} ms`);
	await own.start();
	await until('it is back', () => a.heard.welcome.length === 2);
});

test('who is kicked stays away', async () => {
	const room = fresh();
	const proxy = await new Proxy(server).start();
	const a = await client({ rooms: [room] }, { url: proxy.url });
	const waiting = codeOf(a.send(room, '/kick no manners'));
	await until('it is out', () => a.state === 'closed');
	equal([a.heard.kick[0].code, a.heard.kick[0].reason], [4000, 'no manners']);
	equal([a.heard.close[0].code, a.heard.close[0].reason, a.heard.close[0].retry], [4000, 'no manners', false]);
	equal(await waiting, 'closed');
	await delay(300);
	equal([proxy.opened, a.session], [1, null]);
});

test('4101 resumes, 4200 comes back at once', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const c = await client({ rooms: [room] });
	const { uid } = a;
	for (const [i, code] of [[1, 4101], [2, 4200], [3, 4123]]) {
		await c.send(room, `/close ${code} ${uid}`);
		await until(`it is back after ${code}`, () => a.heard.welcome.length === i + 1 && a.rooms.length === 1);
		equal([a.heard.close[i - 1].code, a.heard.welcome[i].resumed, a.uid], [code, true, uid]);
	}
});

test('two with one session do not take turns for ever', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const { secret, uid } = a.session;
	await a.send(room, 'hello');
	const b = await client({ rooms: [room], session: { secret, uid } });
	await until('the first is back', () => a.heard.welcome.length === 2 && a.rooms.length === 1);
	await delay(400);
	equal([a.heard.welcome.length, b.heard.welcome.length], [2, 1]);
	equal([b.uid === uid, a.uid === uid], [true, false]);
	equal(a.heard.close[0].code, 4202);
	equal(texts(b.heard.message), ['hello'], 'and the newer one has the history');
});

test('a session goes on after the page was loaded anew', async () => {
	const room = fresh();
	const [a, proxy] = await proxied({ rooms: [room] });
	await a.send(room, 'one');
	const kept = JSON.parse(JSON.stringify(a.session));
	a.options.transport = () => { throw new Error('the page is gone'); };
	a._transport = a.options.transport;
	proxy.cut();
	const c = await client({ rooms: [room] });
	await c.send(room, 'two');
	const b = await client({ session: kept }, { connect: false });
	await b.connect();
	await until('it hears', () => b.heard.message.length === 1);
	equal([b.uid, texts(b.heard.message), b.heard.gap], [kept.uid, ['two'], []]);
	a.heard.error.length = 0;
});

test('the token is asked for at each connect; a wrong one ends it', async () => {
	const own = await new Server({ secret: 's'.repeat(40) }).start();
	cleanups.push(() => own.stop());
	const proxy = await new Proxy(own).start();
	let asked = 0;
	const a = await client({ rooms: ['x'], token: async () => { asked++; } }, { url: proxy.url });
	proxy.cut();
	await until('it is back', () => a.heard.welcome.length === 2);
	equal(asked, 2);
	const b = await client({ token: 'forged.token' }, { on: own, connect: false });
	equal(await codeOf(b.connect()), 'closed');
	equal([b.heard.close[0].code, b.heard.close[0].retry], [4003, false]);
	let tries = 0;
	const c = await client({ token: () => { if (++tries < 3) { throw new Error('not yet'); } } }, { on: own, connect: false });
	await c.connect();
	equal([tries, c.heard.error.map((error) => error.code)], [3, ['token', 'token']]);
});

test('too fast: it slows down, and nothing is lost', async () => {
	const own = await new Server({ rate_limit: [50, 1, 20] }).start();
	cleanups.push(() => own.stop());
	const a = await client({ rooms: ['x'] }, { on: own });
	const acks = await Promise.all(Array.from({ length: 80 }, (_, i) => a.send('x', `m${i}`)));
	equal(acks.length, 80);
	equal(new Set(texts(a.heard.message)).size, 80);
	equal(a.heard.close, []);
});

test('a connection that is silent is dropped', async () => {
	const room = fresh();
	const proxy = await new Proxy(server).start();
	const a = await client({ rooms: [room], timeout: 300 }, { url: proxy.url });
	await delay(2500);
	equal(a.heard.close, [], 'silence alone is none: the pings are answered');
	proxy.frozen = true;
	const waiting = a.send(room, 'into the void');
	await until('it notices', () => a.heard.close.length === 1);
	equal([a.heard.close[0].code, a.heard.close[0].reason], [1006, 'no sign of life']);
	proxy.frozen = false;
	equal((await waiting).seq, 1);
});

test('nobody answers the first time', async () => {
	const proxy = await new Proxy(server).start();
	proxy.frozen = true;
	const a = await client({ rooms: ['x'], timeout: 200 }, { url: proxy.url, connect: false });
	const connected = a.connect();
	await until('it gives up', () => a.heard.close.length === 1);
	proxy.frozen = false;
	await connected;
	equal(a.connect() === connected, true);
});

test('left while there is no connection: left afterwards too', async () => {
	const [room, other] = [fresh(), fresh('seen')];
	const [a, proxy] = await proxied({ rooms: [room, other], backoffMin: 100 });
	const c = await client({ rooms: [other] });
	proxy.cut();
	await until('it is cut', () => a.state !== 'open');
	await a.leave(other);
	const later = a.join(fresh('later'));
	await later;
	await until('it is out', () => c.heard.presence.some((p) => p.event === 'leave' && p.uid === a.uid));
	equal(a.rooms.includes(other), false);
	equal(a.rooms.length, 2);
});

test('closed means closed, and can be opened again', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const { uid } = a;
	a.close();
	equal([a.state, a.session, a.heard.close.at(-1).retry], ['closed', null, false]);
	const waiting = a.send(room, 'later');
	await a.connect();
	equal((await waiting).seq, 1);
	ok(a.uid !== uid, 'as somebody else');
	const b = await client({}, { connect: false });
	const never = codeOf(b.connect());
	b.close();
	equal(await never, 'closed');
});

test('a listener can go, and one that throws does not hurt the others', async () => {
	const room = fresh();
	const a = await client({ rooms: [room] });
	const heard = [];
	const off = a.on('message', (m) => heard.push(m.message));
	await a.send(room, 'one');
	off();
	await a.send(room, 'two');
	equal(heard, ['one']);
});

/* ---- A mini program's socket, on a real one ---- */

export function fakeWx() {
	const listeners = {};
	const wx = {
		sockets: [],
		connectSocket({ url, protocols }) {
			const socket = new WebSocket(url, protocols);
			wx.sockets.push(socket);
			socket.onerror = () => {};
			return {
				onOpen: (fn) => { socket.onopen = () => fn({}); },
				onMessage: (fn) => { socket.onmessage = ({ data }) => fn({ data }); },
				onClose: (fn) => { socket.onclose = ({ code, reason }) => fn({ code, reason }); },
				onError: (fn) => { socket.onerror = () => fn({ errMsg: 'failed' }); },
				send: ({ data, fail }) => (socket.readyState === 1 ? socket.send(data) : fail({ errMsg: 'not open' })),
				close: ({ code = 1000, reason = '' }) => socket.close(code, reason),
			};
		},
		onNetworkStatusChange: (fn) => { listeners.network = fn; },
		offNetworkStatusChange: () => { listeners.network = null; },
		onAppShow: (fn) => { listeners.show = fn; },
		offAppShow: () => { listeners.show = null; },
		setClipboardData: ({ data }) => { wx.clipboard = data; },
		showActionSheet: (options) => { wx.sheet = options; },
		showModal: (options) => { wx.modal = options; },
		listeners,
	};
	return wx;
}

test('a mini program: connects, talks, comes back, resumes', async () => {
	const room = fresh();
	const wx = fakeWx();
	const a = await client({ rooms: [room], transport: wxTransport(wx) });
	const b = await client({ rooms: [room] });
	await a.send(room, '小程序');
	wx.sockets[0].terminate();
	await until('it is cut', () => a.state !== 'open');
	await b.send(room, 'meanwhile');
	await until('it hears', () => a.heard.message.length === 2);
	equal([texts(b.heard.message), texts(a.heard.message)], [['小程序', 'meanwhile'], ['小程序', 'meanwhile']]);
	equal(a.heard.welcome.map((w) => w.resumed), [false, true]);
	a.close();
	equal(wx.listeners, { network: null, show: null });
});
