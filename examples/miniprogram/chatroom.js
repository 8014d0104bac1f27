/* A client of chatroom.v1 for browsers, Node and WeChat Mini Programs: one module, nothing else needed.
 *
 *     import { ChatroomClient } from './chatroom.js';
 *     const chat = new ChatroomClient('wss://example.org/ws', { rooms: ['lobby'] });
 *     chat.on('message', (m) => console.log(m.room, m.uid, m.message));
 *     await chat.connect();
 *     await chat.send('lobby', 'hello');
 *
 * It reconnects by itself, resumes its session, asks for what it missed, and sends again what was not
 * acknowledged, under the same id, so that it arrives once. A room's 'message' events come in the order of
 * seq, own messages included, none twice; where the server cannot tell what was missed, 'gap' says so first.
 * The types, and what each option and event means, are in chatroom.d.ts. */

const PROTOCOL = 'chatroom.v1';
const WINDOW = 16; // requests on their way at a time; the server remembers the ids of the last 32 messages
const STABLE_MS = 5000; // a connection that lived this long was a good one
const TYPING_MS = 3000;
const REFUSED = [1000, 1002, 1003, 1007, 1008]; // coming back would only be the same again
const TOO_BIG = 1009;
const RESUMED_ELSEWHERE = 4202;

const DEFAULTS = { history: 50, backoffMin: 500, backoffMax: 30000, timeout: 10000 };
const TIMERS = {
	set: (fn, ms) => setTimeout(fn, ms),
	clear: (timer) => clearTimeout(timer),
	now: () => Date.now(),
	random: () => Math.random(),
};

export class ChatroomError extends Error {
	constructor(code, reason, retry) {
		super(reason || code);
		this.name = 'ChatroomError';
		this.code = code;
		this.retry = retry;
	}
}

/* ---- Transports: (url, protocol, {open, message, close}) => {send(text), close(code, reason)} ----
 * transport.watch(hint), where there is one, calls hint('up') when the network is back or somebody looks
 * again, hint('down') when the network is gone, and returns what ends it. */

function watchPage(hint) {
	if (typeof document === 'undefined' || typeof addEventListener !== 'function') {
		return () => {};
	}
	const up = () => hint('up');
	const down = () => hint('down');
	const seen = () => document.visibilityState !== 'hidden' && hint('up');
	addEventListener('online', up);
	addEventListener('offline', down);
	addEventListener('pageshow', up);
	document.addEventListener('visibilitychange', seen);
	return () => {
		removeEventListener('online', up);
		removeEventListener('offline', down);
		removeEventListener('pageshow', up);
		document.removeEventListener('visibilitychange', seen);
	};
}

export function webSocketTransport(Class = typeof WebSocket === 'undefined' ? undefined : WebSocket) {
	if (!Class) {
		throw new TypeError('there is no WebSocket here: pass the class, as the option WebSocket');
	}
	const transport = (url, protocol, events) => {
		const socket = new Class(url, [protocol]);
		socket.onopen = () => events.open();
		socket.onmessage = (event) => events.message(event.data);
		socket.onclose = (event) => events.close(event.code, event.reason);
		socket.onerror = () => {}; // close follows, and knows more
		return {
			send: (text) => socket.send(text),
			close: (code, reason) => (code ? socket.close(code, reason) : socket.close()),
		};
	};
	transport.watch = watchPage;
	return transport;
}

/* For WeChat Mini Programs: wxTransport(wx). */
export function wxTransport(wx) {
	const transport = (url, protocol, events) => {
		const fail = () => events.close(1006, '');
		const task = wx.connectSocket({ url, protocols: [protocol], fail });
		let open = false;
		let closing = null; // before it is open, WeChat closes nothing: then as soon as it is
		if (!task) { // more connections than it allows, and fail was perhaps not called
			fail();
			return { send: () => {}, close: () => {} };
		}
		task.onOpen(() => {
			open = true;
			closing ? task.close(closing) : events.open();
		});
		task.onMessage((event) => events.message(event.data));
		task.onClose((event) => {
			const { code, reason } = event || {};
			// 1000 with this word is no farewell of the server's: WeChat had put the program to sleep
			const asleep = code === 1000 && reason === 'interrupted';
			events.close(asleep ? 1006 : code || 1006, reason || '');
		});
		task.onError(fail); // on some devices nothing follows
		return {
			send: (data) => task.send({ data, fail }),
			close: (code, reason) => {
				closing = code ? { code, reason } : {};
				open && task.close(closing);
			},
		};
	};
	transport.watch = (hint) => {
		const network = (status) => hint(status.isConnected ? 'up' : 'down');
		const shown = () => hint('up');
		const has = (name) => typeof wx[name] === 'function';
		has('onNetworkStatusChange') && wx.onNetworkStatusChange(network);
		has('onAppShow') && wx.onAppShow(shown);
		return () => {
			has('offNetworkStatusChange') && wx.offNetworkStatusChange(network);
			has('offAppShow') && wx.offAppShow(shown);
		};
	};
	return transport;
}

/* ---- Small things ---- */

const isBetween = (code, from, to) => code >= from && code <= to;

/* Half of a surrogate pair is no Unicode text and would not survive the way. */
const clean = (text) => String(text).replace(/\p{Surrogate}/gu, '\ufffd');

function utf8Length(text) {
	let bytes = 0;
	for (const character of text) {
		const code = character.codePointAt(0);
		bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	}
	return bytes;
}

/* An object without what is undefined. */
function some(fields) {
	const result = {};
	for (const key of Object.keys(fields)) {
		if (fields[key] !== undefined && fields[key] !== null) {
			result[key] = fields[key];
		}
	}
	return result;
}

const isMessage = (p) => p.frame.type === undefined;

/* ---- The client ---- */

export class ChatroomClient {
	constructor(url, options = {}) {
		this.url = url;
		this.options = { ...DEFAULTS, ...options };
		this.state = 'closed';
		this.uid = null;
		this.user = null;
		this.name = null;
		this.limits = null;

		this._timers = this.options.timers || TIMERS;
		this._listeners = new Map();
		this._rooms = new Map(); // name => see _want()
		this._pending = new Map(); // id => see _request()
		this._prefix = Math.floor(this._timers.random() * 2 ** 48).toString(36);
		this._next = 0;
		this._uids = new Set(); // all that we have had
		this._typed = new Map(); // room => when
		this._attempt = 0;
		this._secret = null;
		this._ping = 25;
		this._turn = null; // one connection; null between two
		this._transport = null;

		const session = this.options.session;
		const kept = (session && session.rooms) || {};
		if (session) {
			this._secret = session.secret;
			this._uids.add(session.uid);
		}
		for (const name of [...(this.options.rooms || []), ...Object.keys(kept)]) {
			Object.assign(this._want(name, this.options.history), kept[name]);
		}
	}

	/* Calls fn for each such event until the function it returns is called. */
	on(event, fn) {
		if (!this._listeners.has(event)) {
			this._listeners.set(event, new Set());
		}
		this._listeners.get(event).add(fn);
		return () => {
			this._listeners.get(event).delete(fn);
		};
	}

	_emit(event, detail) {
		for (const fn of [...(this._listeners.get(event) || [])]) {
			try {
				fn(detail);
			} catch (error) {
				setTimeout(() => { throw error; }, 0); // one listener's fault is not the others'
			}
		}
	}

	get rooms() {
		return [...this._rooms.values()].filter((room) => room.joined).map((room) => room.name);
	}

	get session() {
		const rooms = {};
		for (const { name, seq, epoch } of this._rooms.values()) {
			rooms[name] = { seq, epoch };
		}
		return this._secret ? { secret: this._secret, uid: this.uid, rooms } : null;
	}

	connect() {
		let first = this._first;
		if (!first) {
			first = this._first = {};
			first.promise = new Promise((resolve, reject) => Object.assign(first, { resolve, reject }));
			first.promise.catch(() => {}); // 'close' says it too
			this._transport = this.options.transport || webSocketTransport(this.options.WebSocket);
			this._unwatch = this._transport.watch && this._transport.watch((what) => this._hint(what));
			this._attempt = 0;
			this._open();
		}
		return first.promise;
	}

	/* For good: the server is told, and forgets the session. */
	close() {
		const socket = this._socket;
		if (this.state === 'closed') {
			return;
		}
		this._end(new ChatroomError('closed', 'the client was closed'), { code: 1000, reason: '', retry: false });
		if (socket) {
			socket.close(1000, '');
		}
	}

	/* Waiting for the next attempt? Now is better. */
	retry() {
		if (this.state === 'waiting') {
			this._timers.clear(this._timer);
			this._open();
		}
	}

	/* ---- One connection after another ---- */

	_setState(state) {
		this.state = state;
		this._emit('state', state);
	}

	async _open() {
		const turn = this._turn = {};
		let token = this.options.token;
		this._setState('connecting');
		this._arm(this.options.timeout);
		this._asked = true; // for the welcome
		try {
			token = typeof token === 'function' ? await token() : token;
		} catch (error) {
			if (turn === this._turn) {
				this._emit('error', new ChatroomError('token', (error && error.message) || String(error)));
				this._lost('no token');
			}
			return;
		}
		if (turn === this._turn) {
			this._dial(turn, token);
		}
	}

	_dial(turn, token) {
		const mine = (fn) => (...args) => { turn === this._turn && fn(...args); };
		try {
			this._socket = this._transport(this.url, PROTOCOL, {
				open: mine(() => this._hello(token)),
				message: mine((data) => typeof data === 'string' && this._frame(data)),
				close: mine((code, reason) => this._closed(code, reason || '')),
			});
		} catch (error) { // a URL that is none: it will not become one
			this._emit('error', new ChatroomError('transport', error.message));
			this._closed(1008, error.message);
		}
	}

	_hello(token) {
		const seq = {};
		for (const room of this._rooms.values()) {
			if (room.epoch) {
				seq[room.name] = room.seq;
			}
		}
		const resume = this._secret ? { session: this._secret, seq } : undefined;
		this._write(some({ type: 'hello', token, resume, join: [] }));
	}

	_write(frame) {
		try {
			this._socket.send(JSON.stringify(frame));
			return true;
		} catch (error) {
			return false; // its end is on the way
		}
	}

	/* Platforms hide the server's pings, so silence is answered by a ping of ours, and silence after that
	 * by a new connection. */
	_arm(ms) {
		this._timers.clear(this._timer);
		this._timer = this._timers.set(() => this._silence(), ms);
	}

	_silence() {
		const left = this._heard + this._ping * 2000 - this._timers.now();
		if (this._asked) {
			this._lost('no sign of life');
		} else if (left > 0) {
			this._arm(left);
		} else {
			this._ask(this.options.timeout);
		}
	}

	_ask(patience) {
		this._asked = true;
		this._write({ type: 'ping' });
		this._arm(patience);
	}

	/* The connection may be dead without knowing it, after a sleep or in another network. */
	_hint(what) {
		if (what === 'up') {
			this.retry();
		}
		if (this.state === 'open' && !this._asked) {
			this._ask(Math.min(3000, this.options.timeout));
		}
	}

	_lost(reason) {
		const socket = this._socket;
		this._closed(1006, reason);
		if (socket) {
			socket.close();
		}
	}

	_closed(code, reason) {
		const kick = this._kick;
		this._forgetTurn();
		if (kick || REFUSED.includes(code) || isBetween(code, 4000, 4099)) {
			const why = reason || (kick && kick.reason) || '';
			this._end(new ChatroomError('closed', why || `closed with ${code}`), { code, reason: why, retry: false });
			return;
		}
		if (code === RESUMED_ELSEWHERE) {
			this._secret = null; // somebody else goes on with it: taking turns would never end
		}
		if (code === TOO_BIG) {
			this._reject((p) => p.sent && isMessage(p), new ChatroomError('too_big', reason));
		}
		this._wait(code, reason);
	}

	_forgetTurn() {
		if (this._welcomedAt && this._timers.now() - this._welcomedAt >= STABLE_MS) {
			this._attempt = 0;
		}
		this._turn = this._socket = this._kick = null;
		this._welcomedAt = 0;
		this._resting = false;
		this._timers.clear(this._timer);
		this._timers.clear(this._restTimer);
		for (const room of this._rooms.values()) {
			Object.assign(room, { joined: false, leaving: false, loading: null });
		}
		for (const [id, p] of [...this._pending]) {
			if (p.frame.type === 'leave') {
				this._pending.delete(id); // the next connection sees to it
				p.resolve({ type: 'left', room: p.frame.room });
			} else if (p.frame.type === 'join' || p.once) {
				this._pending.delete(id); // the next connection makes its own
			}
		}
	}

	/* Full jitter over the upper half: a thousand clients of one server do not come back as one wave. */
	_wait(code, reason) {
		const { backoffMin, backoffMax } = this.options;
		const random = this._timers.random();
		let delay = Math.min(backoffMax, backoffMin * 2 ** this._attempt) * (0.5 + random / 2);
		if (isBetween(code, 4200, 4299) && this._attempt === 0) {
			delay = random * Math.min(300, backoffMin);
		}
		if (this._after) { // the server knows better
			delay = Math.max(delay, this._after * 1000 * (1 + random));
			this._after = 0;
		}
		this._attempt++;
		this._timer = this._timers.set(() => this._open(), delay);
		this.state = 'waiting';
		this._emit('close', { code, reason, retry: true, delay });
		this._emit('state', this.state);
	}

	_end(error, event) {
		this._forgetTurn();
		this._secret = null;
		this.state = 'closed';
		this._reject(() => true, error);
		for (const room of this._rooms.values()) {
			room.waiting.splice(0).forEach(({ reject }) => reject(error));
		}
		if (this._unwatch) {
			this._unwatch();
			this._unwatch = null;
		}
		this._first.reject(error);
		this._first = null;
		this._emit('close', event);
		this._emit('state', this.state);
	}

	/* ---- What goes out: everything carries an id and gets one answer ---- */

	_request(frame, { id, once = false } = {}) {
		return new Promise((resolve, reject) => {
			const key = id || `${this._prefix}-${++this._next}`;
			/* turn: the connection it went out on last; sent: it went out on one; once: not on another one */
			const p = { frame: { ...frame, id: key }, resolve, reject, turn: null, sent: false, once };
			const room = this._rooms.get(frame.room);
			if (frame.room !== undefined && !(room && room.wanted) && frame.type !== 'leave') {
				reject(new ChatroomError('not_joined', `not in the room ${frame.room}`));
			} else if (this._pending.has(key)) {
				reject(new ChatroomError('bad_request', `the id ${key} is in use`));
			} else {
				this._pending.set(key, p);
				this._pump();
			}
		});
	}

	/* Sends what may be sent, in the order it was asked for. */
	_pump() {
		let flying = 0;
		if (this.state !== 'open' || this._resting) {
			return;
		}
		for (const p of this._pending.values()) {
			flying += p.turn === this._turn ? 1 : 0;
		}
		for (const [id, p] of this._pending) {
			if (flying >= WINDOW) {
				return;
			}
			if (p.turn === this._turn || !this._isReady(p) || !this._fits(id, p)) {
				continue;
			}
			if (!this._write(p.frame)) {
				return;
			}
			p.again = p.sent;
			p.sent = true;
			p.turn = this._turn;
			flying++;
		}
	}

	_isReady({ frame }) {
		const room = this._rooms.get(frame.room);
		return frame.room === undefined || frame.type === 'join' || (room && room.joined);
	}

	_fits(id, p) {
		const most = this.limits && this.limits.message;
		if (!most || JSON.stringify(p.frame).length * 3 <= most || utf8Length(JSON.stringify(p.frame)) <= most) {
			return true;
		}
		this._pending.delete(id);
		p.reject(new ChatroomError('too_big', `larger than ${most} bytes`));
		return false;
	}

	_reject(which, error) {
		for (const [id, p] of [...this._pending]) {
			if (which(p)) {
				this._pending.delete(id);
				p.reject(error);
			}
		}
	}

	/* The request that this frame answers, if it is one of ours. */
	_take(frame) {
		const p = frame.id === undefined ? undefined : this._pending.get(frame.id);
		this._pending.delete(frame.id);
		return p;
	}

	_answer(frame) {
		const p = this._take(frame);
		if (p) {
			p.resolve(frame);
			this._pump();
		}
	}

	/* ---- What comes in ---- */

	_frame(text) {
		let frame;
		this._heard = this._timers.now();
		this._asked = this._asked && this.state !== 'open'; // an answer to a ping is any frame
		try {
			frame = JSON.parse(text);
		} catch (error) {
			return;
		}
		if (frame === null || typeof frame !== 'object') {
			return;
		}
		if (typeof frame.message === 'string') {
			this._message(frame);
		} else if (typeof frame.type === 'string') {
			const handle = this[`_on_${frame.type}`];
			handle ? handle.call(this, frame) : this._emit(frame.type, frame);
		}
	}

	_isOwn(frame) {
		return this._uids.has(frame.uid) || (frame.user !== undefined && frame.user === this.user);
	}

	_message(frame) {
		const room = this._rooms.get(frame.room);
		if (frame.room === undefined) {
			this._emit(frame.private ? 'private' : 'announcement', frame);
		} else if (room && room.loading) {
			room.loading.push(frame);
		} else if (room && frame.seq > room.seq) {
			room.seq = frame.seq;
			this._emit('message', { ...frame, own: this._isOwn(frame), replayed: frame.seq <= room.top });
		}
	}

	_on_welcome(frame) {
		const resumed = frame.resumed === true;
		this.uid = frame.uid;
		this.user = frame.user === undefined ? null : frame.user;
		this.name = frame.name === undefined ? null : frame.name;
		this.limits = frame.limits;
		this._uids.add(frame.uid);
		this._secret = frame.session;
		this._ping = frame.ping || 25;
		this._welcomedAt = this._timers.now();
		this._asked = false;
		this._arm(this._ping * 2000);
		this.state = 'open';
		if (!resumed) {
			// whether it had arrived, nobody can tell any more
			this._reject((p) => p.sent && isMessage(p), new ChatroomError('connection_lost',
				'the connection was lost before the answer came'));
		}
		for (const room of [...this._rooms.values()]) {
			const there = frame.rooms.includes(room.name);
			if (room.wanted && !(resumed && there)) {
				this._join(room);
			} else if (!room.wanted && !there) {
				this._rooms.delete(room.name);
			}
		}
		this._emit('welcome', frame);
		this._emit('state', this.state);
		this._first && this._first.resolve(frame);
		this._pump();
	}

	_on_joined(frame) {
		const asked = this._take(frame) !== undefined;
		const room = this._rooms.get(frame.room) || this._want(frame.room, this.options.history);
		const fresh = room.epoch === null;
		const renewed = !fresh && room.epoch !== frame.epoch;
		const known = renewed ? 0 : room.seq;
		const from = asked ? Math.max(known, frame.seq - room.history, 0) : known;
		room.joined = true;
		room.epoch = frame.epoch;
		room.top = frame.seq;
		if (!room.wanted) { // left while there was no connection
			this.leave(room.name).catch(() => {});
			return;
		}
		if (!frame.recovered) {
			room.seq = asked ? from : known;
			if (!asked && room.history > 0 && frame.seq > known) {
				this._load(room); // the server put us here and sends no history by itself
			} else if (!asked) {
				room.seq = frame.seq;
			}
			if (!fresh) {
				this._emit('gap', { room: room.name, since: renewed ? 0 : known, seq: frame.seq, renewed });
			}
		}
		this._emit('joined', { ...frame, fresh });
		room.waiting.splice(0).forEach(({ resolve }) => resolve({ ...frame, fresh }));
		this._pump();
	}

	/* What the room said meanwhile waits until its history is here. */
	_load(room) {
		const waiting = room.loading = [];
		const limit = Math.min(200, room.history);
		const play = (messages) => {
			if (room.loading === waiting) {
				room.loading = null;
				[...messages, ...waiting].forEach((one) => this._frame(JSON.stringify(one)));
			}
		};
		this._request({ type: 'history', room: room.name, limit }, { once: true }).then(
			(answer) => play(answer.messages), () => play([]));
	}

	_on_left(frame) {
		const room = this._rooms.get(frame.room);
		const asked = this._take(frame);
		asked && asked.resolve(frame);
		this._emit('left', frame);
		if (room && room.leaving && room.wanted) { // and joined anew since
			Object.assign(room, { joined: false, leaving: false });
			this._join(room);
			return;
		}
		this._rooms.delete(frame.room);
		this._reject((p) => p.frame.room === frame.room && p.turn !== this._turn, // the others are answered
			new ChatroomError('not_joined', frame.reason || `not in the room ${frame.room}`));
		this._pump();
	}

	_on_ack(frame) {
		const p = this._take(frame);
		if (!p) {
			return;
		}
		const { message, data, room, type, seq, text, id } = p.frame;
		const me = some({ uid: this.uid, user: this.user, name: this.name });
		if (isMessage(p) && room !== undefined && frame.seq !== undefined) {
			this._message(some({ message, ...me, room, seq: frame.seq, time: frame.time, data, id }));
		} else if (type === 'edit' || type === 'delete') {
			this._emit(type, some({ type, room, seq, ...me, text, own: true }));
		}
		p.resolve(frame);
		this._pump();
	}

	_on_members(frame) {
		this._answer(frame);
	}

	_on_history(frame) {
		this._answer(frame);
	}

	_on_pong() {
		// to have heard it is all
	}

	_on_delete(frame) {
		const room = this._rooms.get(frame.room);
		if (room && frame.time !== undefined && frame.seq > room.seq) {
			room.seq = frame.seq; // the place of what was said and deleted while we were not there
		}
		this._emit('delete', frame);
	}

	_on_kick(frame) {
		this._kick = frame;
		this._emit('kick', frame);
	}

	_on_reconnect(frame) {
		this._after = frame.after;
		this._emit('reconnect', frame);
	}

	_on_error(frame) {
		const p = frame.id === undefined ? undefined : this._pending.get(frame.id);
		if (p && frame.code === 'rate_limited') {
			p.turn = null;
			this._rest((frame.retry || 1) * 1000);
			return;
		}
		this._pending.delete(frame.id);
		const error = new ChatroomError(frame.code, frame.reason, frame.retry);
		error.room = frame.room === undefined ? p && p.frame.room : frame.room;
		const room = this._rooms.get(error.room);
		if (p ? p.frame.type === 'join' : room && !room.joined) {
			this._refused(error);
		} else if (p && p.again && p.frame.type === 'delete' && error.code === 'history_unavailable') {
			p.resolve({ type: 'ack', room: p.frame.room, seq: p.frame.seq }); // the first try had done it
		} else if (p) {
			p.reject(error);
		} else {
			this._emit('error', error);
		}
		this._pump();
	}

	_refused(error) {
		const room = this._rooms.get(error.room);
		this._rooms.delete(error.room);
		const waiting = room ? room.waiting.splice(0) : [];
		waiting.forEach(({ reject }) => reject(error));
		this._reject((p) => p.frame.room === error.room, error);
		this._emit('refused', error);
	}

	/* Too fast: what was refused goes out again, a little later and in its order. */
	_rest(ms) {
		if (!this._resting) {
			this._resting = true;
			this._restTimer = this._timers.set(() => {
				this._resting = false;
				this._pump();
			}, ms);
		}
	}

	/* ---- What one asks for ---- */

	_want(name, history) {
		if (!this._rooms.has(name)) {
			/* seq: all up to it was told; top: its last seq when we came in; loading: frames that wait for
			 * its history; waiting: who waits for the answer to join() */
			this._rooms.set(name, { name, history, seq: 0, top: 0, epoch: null, wanted: true, joined: false,
				leaving: false, loading: null, waiting: [] });
		}
		return this._rooms.get(name);
	}

	_join({ name, history, epoch, seq }) {
		const since = epoch ? seq : undefined;
		this._request(some({ type: 'join', room: name, history: Math.min(200, history), since, epoch }))
			.catch(() => {}); // _refused() has told it
	}

	join(name, { history = this.options.history } = {}) {
		const room = this._want(name, history);
		room.wanted = true;
		if (room.joined && !room.leaving) {
			const { epoch, seq } = room;
			return Promise.resolve({ type: 'joined', room: name, epoch, seq, recovered: true, fresh: false });
		}
		const asked = [...this._pending.values()].some(({ frame }) => frame.type === 'join' && frame.room === name);
		if (this.state === 'open' && !asked && !room.leaving) {
			this._join(room);
		}
		return new Promise((resolve, reject) => room.waiting.push({ resolve, reject }));
	}

	leave(name) {
		const room = this._rooms.get(name);
		if (!room || (!room.joined && !this._secret)) {
			this._rooms.delete(name);
			return Promise.resolve({ type: 'left', room: name });
		}
		room.wanted = false; // when there is no connection, the next one sees to it
		room.waiting.splice(0).forEach(({ reject }) => reject(new ChatroomError('not_joined', 'left again')));
		if (!room.joined) {
			return Promise.resolve({ type: 'left', room: name });
		}
		room.leaving = true;
		return this._request({ type: 'leave', room: name });
	}

	/* Resolves with the ack. It waits while there is no connection, and may go out again: it arrives once. */
	send(room, message, { data, id } = {}) {
		return this._request(some({ message: clean(message), room, data }), { id });
	}

	sendPrivate(to, message, { data, id } = {}) {
		return this._request(some({ message: clean(message), to, data }), { id });
	}

	edit(room, seq, text) {
		return this._request({ type: 'edit', room, seq, text: clean(text) });
	}

	delete(room, seq) {
		return this._request({ type: 'delete', room, seq });
	}

	members(room) {
		return this._request({ type: 'members', room });
	}

	history(room, { before, after, limit = 50 } = {}) {
		return this._request(some({ type: 'history', room, limit, before, after }));
	}

	/* Ephemeral: without a connection they are lost, and nobody minds. */

	_tell(frame) {
		const room = this._rooms.get(frame.room);
		return this.state === 'open' && Boolean(room && room.joined) && this._write(frame);
	}

	typing(room) {
		const now = this._timers.now();
		if (now - (this._typed.get(room) || 0) < TYPING_MS) {
			return true;
		}
		const told = this._tell({ type: 'typing', room });
		told && this._typed.set(room, now);
		return told;
	}

	signal(room, name, data) {
		return this._tell(some({ type: 'signal', room, name, data }));
	}

	read(room, seq) {
		return this._tell({ type: 'read', room, seq });
	}
}

export default ChatroomClient;
