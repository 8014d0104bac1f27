/* The client alone: a transport and a clock in the tests' hands. */
import { ChatroomClient, webSocketTransport, wxTransport } from './web/chatroom.js';
import { Clock, codeOf, equal, ok, test } from './harness.mjs';

const LIMITS = { message: 65536, data: 4096, rooms: 128, rate: 20, rate_seconds: 1, resume: 120 };

/* The connections that a client made; each can be opened, spoken through, and closed. */
function fake() {
	const made = [];
	const transport = (url, protocol, events) => {
		const socket = {
			url, protocol, events, sent: [], closed: null,
			send: (text) => socket.sent.push(JSON.parse(text)),
			close: (code, reason) => { socket.closed = [code, reason]; },
			say: (frame) => events.message(JSON.stringify(frame)),
			welcome: (fields = {}) => {
				events.open();
				socket.say({ type: 'welcome', v: 1, uid: 'u1', session: 's1', rooms: [], ping: 25, limits: LIMITS,
					resumed: false, time: 1, ...fields });
			},
		};
		made.push(socket);
		return socket;
	};
	transport.watch = (hint) => {
		transport.hint = hint;
		return () => { transport.hint = null; };
	};
	return { made, transport };
}

function setup(options = {}) {
	const clock = new Clock();
	const { made, transport } = fake();
	const chat = new ChatroomClient('ws://x/ws', { transport, timers: clock.timers, ...options });
	const closes = [];
	chat.on('close', (event) => closes.push(event));
	chat.connect().catch(() => {});
	return { chat, clock, made, transport, closes, last: () => made[made.length - 1] };
}

for (const code of [4101, 1013, 1006, 1001, 1011, 1012, 1005]) {
	test(`${code}: backoff that doubles, up to its limit, with jitter`, async () => {
		const { clock, closes, last, made } = setup();
		const seen = [];
		await clock.turn(0);
		for (let i = 0; i < 9; i++) {
			clock.luck = i % 2 ? 0.999999 : 0;
			last().events.close(code, '');
			seen.push(Math.round(closes[i].delay));
			await clock.turn(closes[i].delay - 1);
			equal(made.length, i + 1, 'not before its time');
			await clock.turn(2);
			equal(made.length, i + 2, 'but then');
		}
		equal(seen, [250, 1000, 1000, 4000, 4000, 16000, 15000, 30000, 15000]);
		ok(closes.every((event) => event.retry), 'it always comes back');
	});
}

for (const code of [4200, 4201, 4299]) {
	test(`${code}: at once, then with backoff`, async () => {
		const { clock, closes, last } = setup();
		await clock.turn(0);
		last().welcome();
		last().events.close(code, '');
		ok(closes[0].delay <= 300, `first after ${closes[0].delay} ms`);
		await clock.turn(300);
		last().welcome();
		last().events.close(code, '');
		ok(closes[1].delay >= 500, `then after ${closes[1].delay} ms: no loop`);
	});
}

for (const code of [4000, 4001, 4002, 4003, 4099, 1000, 1008]) {
	test(`${code}: does not come back`, async () => {
		const { chat, clock, closes, last, made } = setup();
		await clock.turn(0);
		const waiting = codeOf(chat.connect());
		last().events.close(code, 'why');
		equal([await waiting, chat.state, closes[0].retry, closes[0].reason], ['closed', 'closed', false, 'why']);
		await clock.turn(3600000);
		equal(made.length, 1);
		equal(clock.due, [], 'no timer is left');
	});
}

test('a kick ends it, whatever the close code becomes', async () => {
	const { chat, clock, closes, last, made } = setup();
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'kick', code: 4002, reason: 'spam', retry: false });
	last().events.close(1006, '');
	equal([chat.state, closes[0].retry, closes[0].reason], ['closed', false, 'spam']);
	await clock.turn(3600000);
	equal(made.length, 1);
});

test('a connection that lasted starts the backoff anew', async () => {
	const { clock, closes, last } = setup();
	await clock.turn(0);
	for (const [i, lasted] of [[0, 0], [1, 0], [2, 6000], [3, 0]]) {
		last().welcome();
		await clock.turn(lasted);
		last().events.close(1006, '');
		await clock.turn(closes[i].delay);
	}
	equal(closes.map((event) => event.delay), [375, 750, 375, 750]);
});

test('reconnect says how long to wait at least', async () => {
	const { clock, closes, last } = setup();
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'reconnect', after: 7, reason: 'update' });
	last().events.close(1001, '');
	equal(closes[0].delay, 10500);
	await clock.turn(10500);
	last().welcome();
	last().events.close(1006, '');
	ok(closes[1].delay < 1000, 'once only');
});

test('the first frame: token, session, what was seen', async () => {
	const { clock, closes, last } = setup({ rooms: ['a', 'b'], token: async () => 'T', history: 300 });
	await clock.turn(0);
	last().events.open();
	equal(last().sent, [{ type: 'hello', token: 'T', join: [] }]);
	equal(last().protocol, 'chatroom.v1');
	last().welcome();
	equal(last().sent.slice(-2).map(({ id, ...rest }) => rest),
		[{ type: 'join', room: 'a', history: 200 }, { type: 'join', room: 'b', history: 200 }]);
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 5, recovered: false, id: last().sent.at(-2).id });
	for (const seq of [3, 4, 5, 5, 4, 6, 6]) {
		last().say({ message: 'm', uid: 'other', room: 'a', seq, time: 1 });
	}
	last().events.close(1006, '');
	await clock.turn(closes[0].delay);
	last().events.open();
	equal(last().sent, [{ type: 'hello', token: 'T', resume: { session: 's1', seq: { a: 6 } }, join: [] }]);
});

test('messages of a room: none twice, none before its time', async () => {
	const { chat, clock, last } = setup({ rooms: ['a'] });
	const seqs = [];
	chat.on('message', (m) => seqs.push(m.seq));
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 2, recovered: false, id: last().sent.at(-1).id });
	for (const seq of [1, 2, 2, 1, 3, 2, 4, 3]) {
		last().say({ message: 'm', uid: 'other', room: 'a', seq, time: 1 });
	}
	equal(seqs, [1, 2, 3, 4]);
});

test('nonsense is passed over', async () => {
	const { chat, clock, last } = setup({ rooms: ['a'] });
	const heard = [];
	for (const event of ['message', 'error', 'private', 'announcement']) {
		chat.on(event, (detail) => heard.push(detail));
	}
	await clock.turn(0);
	last().welcome();
	for (const text of ['', 'x', 'null', '7', '[]', '{}', '{"type":7}', '{"message":7}', '{"type":"ack","id":"no"}',
		'{"message":"x","uid":"u","room":"elsewhere","seq":1}', '{"type":"of tomorrow"}', '{"type":"ack"}']) {
		last().events.message(text);
	}
	last().events.message(new ArrayBuffer(3));
	equal([heard, chat.state], [[], 'open']);
});

test('nothing goes out twice on one connection', async () => {
	const { chat, clock, last } = setup({ rooms: ['a'] });
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 0, recovered: false, id: last().sent.at(-1).id });
	const asked = [chat.send('a', 'x'), chat.history('a'), chat.sendPrivate('u2', 'y'), chat.members('a')];
	equal(last().sent.slice(-4).map((frame) => frame.message || frame.type), ['x', 'history', 'y', 'members']);
	const ids = last().sent.slice(2).map((frame) => frame.id);
	equal([ids.length, new Set(ids).size], [4, 4]);
	last().say({ type: 'ack', id: ids[0], room: 'a', seq: 1, time: 1 });
	equal([last().sent.length, (await asked[0]).seq], [6, 1]);
	asked.forEach((one) => one.catch(() => {}));
	chat.close();
});

test('unknown types become events, so that newer servers can be used', async () => {
	const { chat, clock, last } = setup();
	const heard = [];
	chat.on('poll', (frame) => heard.push(frame.question));
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'poll', question: 'tea?' });
	equal(heard, ['tea?']);
});

test('silence is asked, then the connection is dropped', async () => {
	const { clock, closes, last } = setup({ timeout: 8000 });
	await clock.turn(0);
	last().welcome({ ping: 10 });
	await clock.turn(19000);
	equal(last().sent.at(-1).type, 'hello', 'nothing is asked before twice the ping interval');
	last().say({ message: 'x', uid: 'o', time: 1 });
	await clock.turn(19000);
	equal(last().sent.at(-1).type, 'hello', 'any frame counts');
	await clock.turn(1000);
	equal(last().sent.at(-1), { type: 'ping' });
	last().say({ type: 'pong', time: 1 });
	await clock.turn(20000);
	equal(last().sent.filter((frame) => frame.type === 'ping').length, 2);
	await clock.turn(7999);
	equal(closes.length, 0);
	const dead = last();
	await clock.turn(1);
	equal([closes[0].code, dead.closed !== null], [1006, true]);
	dead.say({ type: 'kick', code: 4000, reason: 'x', retry: false });
	dead.events.close(4000, 'too late');
	equal(closes.length, 1, 'what the old socket still says does not count');
});

test('the network is back, or somebody looks again', async () => {
	const { chat, clock, closes, last, made, transport } = setup();
	await clock.turn(0);
	last().events.close(1006, '');
	transport.hint('up');
	await clock.turn(0);
	equal(made.length, 2, 'it does not wait any longer');
	last().welcome();
	transport.hint('up');
	equal(last().sent.at(-1), { type: 'ping' }, 'is it still alive?');
	await clock.turn(3000);
	equal(closes.length, 2, 'three seconds for that');
	chat.close();
	equal(transport.hint, null);
	equal(clock.due, []);
});

test('a new session may not know what the old one took', async () => {
	const { chat, clock, closes, last } = setup({ rooms: ['a'] });
	await clock.turn(0);
	const join = (epoch) => last().say({ type: 'joined', room: 'a', epoch, seq: 0, recovered: false, id: last().sent.at(-1).id });
	last().welcome();
	join('E');
	const sent = codeOf(chat.send('a', 'sent'));
	const history = chat.history('a');
	last().events.close(1006, '');
	const unsent = chat.send('a', 'unsent');
	await clock.turn(closes[0].delay);
	last().welcome({ session: 's2', uid: 'u2' });
	equal(await sent, 'connection_lost');
	join('F');
	equal(last().sent.slice(-2).map((frame) => frame.message || frame.type), ['history', 'unsent']);
	for (const frame of last().sent.slice(-2)) {
		last().say(frame.type ? { type: 'history', id: frame.id, room: 'a', messages: [], more: false }
			: { type: 'ack', id: frame.id, room: 'a', seq: 1, time: 1 });
	}
	equal([(await history).more, (await unsent).seq], [false, 1]);
});

test('a deletion while the history is on its way hides nothing that was said before', async () => {
	const { chat, clock, last } = setup();
	await clock.turn(0);
	last().welcome();
	const heard = [];
	chat.on('message', (m) => heard.push(m.seq));
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 3, recovered: false });
	last().say({ type: 'delete', room: 'a', seq: 2, uid: 'x' });
	const { id } = last().sent.at(-1);
	const messages = [{ message: '1', room: 'a', seq: 1, uid: 'x', time: 1 }, { type: 'delete', room: 'a', seq: 2, uid: 'x', time: 1 },
		{ message: '3', room: 'a', seq: 3, uid: 'x', time: 1 }];
	last().say({ type: 'history', id, room: 'a', messages, more: false });
	await clock.turn(0);
	equal(heard, [1, 3]);
});

/* A wx whose socket is in the test's hands. */
function wxInHand() {
	const on = {};
	const closed = [];
	const task = { send: () => {}, close: (options) => closed.push(options) };
	for (const name of ['onOpen', 'onMessage', 'onClose', 'onError']) {
		task[name] = (fn) => { on[name] = fn; };
	}
	return { on, closed, connectSocket: () => task };
}

test('wx: put to sleep is no farewell, 1000 from the server is', async () => {
	const codes = [];
	const wx = wxInHand();
	wxTransport(wx)('ws://x', 'p', { open: () => {}, message: () => {}, close: (code) => codes.push(code) });
	wx.on.onClose({ code: 1000, reason: 'interrupted' });
	wx.on.onClose({ code: 1000, reason: '' });
	wx.on.onClose({ code: 4000, reason: 'out' });
	wx.on.onClose();
	equal(codes, [1006, 1000, 4000, 1006]);
});

test('wx: what is closed before it is open is closed then, and tells nothing', async () => {
	const wx = wxInHand();
	let opened = 0;
	const socket = wxTransport(wx)('ws://x', 'p', { open: () => opened++, message: () => {}, close: () => {} });
	socket.close(1000, '');
	equal(wx.closed, [], 'WeChat would not do it yet');
	wx.on.onOpen({});
	equal([wx.closed, opened], [[{ code: 1000, reason: '' }], 0]);
});

test('wx: no socket at all is an end like others', async () => {
	const codes = [];
	const socket = wxTransport({ connectSocket: () => undefined })('ws://x', 'p', { close: (code) => codes.push(code) });
	socket.close();
	equal(codes, [1006]);
});

test('a deletion whose answer was lost has happened', async () => {
	const { chat, clock, closes, last } = setup({ rooms: ['a'] });
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 1, recovered: false, id: last().sent.at(-1).id });
	const gone = chat.delete('a', 1);
	last().events.close(1006, '');
	await clock.turn(closes[0].delay);
	last().welcome({ resumed: true, rooms: ['a'] });
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 1, recovered: true });
	last().say({ type: 'error', id: last().sent.at(-1).id, code: 'history_unavailable', reason: 'gone' });
	equal((await gone).seq, 1);
});

test('1009 rejects what was on its way, and comes back', async () => {
	const { chat, clock, closes, last } = setup({ rooms: ['a'] });
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 1, recovered: false, id: last().sent.at(-1).id });
	const code = codeOf(chat.send('a', 'x'));
	last().events.close(1009, 'too big for the proxy');
	equal([await code, closes[0].retry], ['too_big', true]);
});

test('ids of the caller are used, once', async () => {
	const { chat, clock, last } = setup({ rooms: ['a'] });
	await clock.turn(0);
	last().welcome();
	last().say({ type: 'joined', room: 'a', epoch: 'E', seq: 0, recovered: false, id: last().sent.at(-1).id });
	const heard = [];
	chat.on('message', (m) => heard.push(m.id));
	const sent = chat.send('a', 'x', { id: 'mine' });
	equal(await codeOf(chat.send('a', 'y', { id: 'mine' })), 'bad_request');
	equal(last().sent.at(-1), { message: 'x', room: 'a', id: 'mine' });
	last().say({ type: 'ack', id: 'mine', room: 'a', seq: 1, time: 5 });
	equal([(await sent).time, heard], [5, ['mine']]);
});

test('a transport that cannot even begin ends it', async () => {
	const clock = new Clock();
	const chat = new ChatroomClient('nonsense', { timers: clock.timers, transport: () => { throw new Error('no URL'); } });
	const errors = [];
	chat.on('error', (error) => errors.push(error.code));
	equal([await codeOf(chat.connect()), errors], ['closed', ['transport']]);
	ok(webSocketTransport(class {}) && codeOf, 'a class can be given');
});

test('wx: an error without a close, and a refusal before anything', async () => {
	const clock = new Clock();
	const tasks = [];
	const wx = {
		connectSocket(options) {
			const task = { options, closed: 0, sent: [], close: () => { task.closed++; }, send: ({ data }) => task.sent.push(data) };
			for (const name of ['Open', 'Message', 'Close', 'Error']) {
				task['on' + name] = (fn) => { task[name] = fn; };
			}
			tasks.push(task);
			return task;
		},
	};
	const chat = new ChatroomClient('wss://x/ws', { transport: wxTransport(wx), timers: clock.timers });
	const closes = [];
	chat.on('close', (event) => closes.push(event.code));
	chat.connect().catch(() => {});
	await clock.turn(0);
	equal([tasks[0].options.url, tasks[0].options.protocols], ['wss://x/ws', ['chatroom.v1']]);
	tasks[0].Open({});
	equal(JSON.parse(tasks[0].sent[0]).type, 'hello');
	tasks[0].Error({ errMsg: 'x' });
	tasks[0].Close({ code: 1006 });
	equal(closes, [1006], 'one end of each connection');
	await clock.turn(1000);
	tasks[1].options.fail({ errMsg: 'domain not in list' });
	equal(closes, [1006, 1006]);
	await clock.turn(2000);
	tasks[2].Open({});
	tasks[2].Close({ code: 4000, reason: 'out' });
	equal([closes, chat.state], [[1006, 1006, 4000], 'closed']);
});
