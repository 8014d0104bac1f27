/* A client of chatroom.v1 for browsers, Node and WeChat Mini Programs: one module, nothing else needed.
 *
 *     import {ChatroomClient} from './chatroom.js';
 *     const chat = new ChatroomClient('wss://example.org/ws', {rooms: ['lobby']});
 *     chat.on('message', m => console.log(m.room, m.uid, m.message));
 *     await chat.connect();
 *     await chat.send('lobby', 'hello');
 *
 * It reconnects by itself (backoff with jitter), resumes its session, asks for what it missed and sends again what
 * was not acknowledged, under the same id, so that it arrives once. The 'message' events of a room come in the
 * order of its seq, own ones included, none twice. When the server cannot tell what was missed, 'gap' says so. */

const PROTOCOL = 'chatroom.v1';
const NEVER = [4000, 4099], AT_ONCE = [4200, 4299];

export class ChatroomError extends Error {
	constructor(code, reason, retry) {
		super(reason || code);
		this.name = 'ChatroomError';
		this.code = code;
		/** Seconds after which it may be tried again, if the server said so. */
		this.retry = retry;
	}
}

/* Transports: (url, protocol, events) => {send(text), close(code, reason)}; events: open(), message(text),
 * close(code, reason), each called by the transport. */

export function webSocketTransport(WebSocketClass = globalThis.WebSocket) {
	if (!WebSocketClass) {
		throw new TypeError('there is no WebSocket here: pass one, e.g. webSocketTransport(require("ws"))');
	}
	return (url, protocol, events) => {
		const socket = new WebSocketClass(url, [protocol]);
		socket.onopen = () => events.open();
		socket.onmessage = event => events.message(String(event.data));
		socket.onclose = event => events.close(event.code, event.reason);
		socket.onerror = () => {}; // close follows
		return {send: text => socket.send(text), close: (code, reason) => socket.close(code, reason)};
	};
}

/** For WeChat Mini Programs: wxTransport(wx). The domain must be in the program's list of socket domains. */
export function wxTransport(wx) {
	return (url, protocol, events) => {
		const task = wx.connectSocket({url, protocols: [protocol], fail: () => events.close(1006, '')});
		task.onOpen(() => events.open());
		task.onMessage(event => events.message(String(event.data)));
		task.onClose(event => events.close((event && event.code) || 1006, (event && event.reason) || ''));
		task.onError(() => events.close(1006, ''));
		return {send: text => task.send({data: text}), close: (code, reason) => task.close({code, reason})};
	};
}

const within = (code, [from, to]) => code >= from && code <= to;

export class ChatroomClient {
	constructor(url, options = {}) {
		this.url = url;
		this.options = {history: 50, reconnect: true, backoffMin: 500, backoffMax: 30000, timeout: 20000, ...options};
		this.timers = options.timers || {
			set: (fn, ms) => setTimeout(fn, ms), clear: id => clearTimeout(id), now: () => Date.now(), random: Math.random,
		};
		/** 'closed', 'connecting', 'open' (welcomed) or 'waiting' (for the next attempt). */
		this.state = 'closed';
		this.uid = null;
		this.user = null;
		this.limits = null;
		this._listeners = new Map();
		this._rooms = new Map(); // name -> {seq, epoch, joined, history, waiting: [..]}
		this._pending = new Map(); // id -> {frame, resolve, reject, sent, again}
		this._prefix = Math.floor(this.timers.random() * 2 ** 40).toString(36);
		this._next = 0;
		this._attempt = 0;
		this._session = options.session || null;
		for (const room of options.rooms || []) {
			this._want(room, this.options.history);
		}
		this._watch();
	}

	/** Calls fn for each such event until the function it returns is called. */
	on(event, fn) {
		if (!this._listeners.has(event)) {
			this._listeners.set(event, new Set());
		}
		this._listeners.get(event).add(fn);
		return () => this._listeners.get(event).delete(fn);
	}

	_emit(event, detail) {
		for (const fn of [...(this._listeners.get(event) || [])]) {
			try {
				fn(detail);
			} catch (error) {
				// one listener's fault is not the others'
				this.timers.set(() => { throw error; }, 0);
			}
		}
	}

	/** The rooms it is in: names. */
	get rooms() {
		return [...this._rooms].filter(([, room]) => room.joined).map(([name]) => name);
	}

	/** For resuming after a page was loaded anew: keep it in sessionStorage, give it back as the option session. */
	get session() {
		return this._session && {...this._session,
			rooms: Object.fromEntries([...this._rooms].map(([name, r]) => [name, {seq: r.seq, epoch: r.epoch}]))};
	}

	/** Resolves with the first welcome; rejects when the server refuses for good, or close() is called. */
	connect() {
		if (!this._first) {
			this._first = {};
			this._first.promise = new Promise((resolve, reject) => Object.assign(this._first, {resolve, reject}));
			this._first.promise.catch(() => {});
			this._open();
		}
		return this._first.promise;
	}

	/** Says goodbye: the server forgets the session. */
	close() {
		const socket = this._socket;
		this._stop(new ChatroomError('closed', 'the client was closed'));
		this._session = null;
		if (socket) {
			socket.close(1000, '');
		}
		this._emit('close', {code: 1000, reason: '', retry: false});
	}

	async _open() {
		this.state = 'connecting';
		this._emit('state', this.state);
		const turn = this._turn = {};
		let token = this.options.token;
		try {
			token = typeof token === 'function' ? await token() : token;
		} catch (error) {
			if (turn === this._turn) {
				this._emit('error', new ChatroomError('token', String((error && error.message) || error)));
				this._retry(1006, 'no token');
			}
			return;
		}
		if (turn !== this._turn) {
			return;
		}
		const transport = this.options.transport || webSocketTransport(this.options.WebSocket);
		let over = false;
		const mine = fn => (...args) => turn === this._turn && !over && fn(...args);
		this._socket = transport(this.url, PROTOCOL, {
			open: mine(() => this._hello(token)),
			message: mine(text => this._frame(text)),
			close: mine((code, reason) => {
				over = true;
				this._closed(code, reason);
			}),
		});
		this._heard = this.timers.now();
		this._beat(turn);
	}

	_hello(token) {
		const hello = {type: 'hello', join: []};
		if (token) {
			hello.token = token;
		}
		if (this._session) {
			const seq = {};
			for (const [name, room] of this._rooms) {
				seq[name] = room.seq;
			}
			hello.resume = {session: this._session.secret, seq};
		}
		this._raw(hello);
	}

	_raw(frame) {
		try {
			this._socket.send(JSON.stringify(frame));
			return true;
		} catch {
			return false; // the close event follows
		}
	}

	/* Silence is not life: platforms hide the server's pings, so ask. */
	_beat(turn) {
		const every = Math.max(1, (this._ping || 25)) * 1000;
		this.timers.clear(this._beating);
		this._beating = this.timers.set(() => {
			if (turn !== this._turn) {
				return;
			}
			const silent = this.timers.now() - this._heard;
			if (silent > every * 2 + this.options.timeout) {
				const socket = this._socket;
				this._closed(1006, 'no sign of life');
				socket.close(4000 + 900, 'no sign of life');
				return;
			}
			if (silent > every && this.state === 'open') {
				this._raw({type: 'ping'});
			}
			this._beat(turn);
		}, every);
	}

	_closed(code, reason) {
		const kicked = this._kicked;
		this._turn = null;
		this._socket = null;
		this._kicked = null;
		this.timers.clear(this._beating);
		for (const room of this._rooms.values()) {
			room.joined = false;
		}
		if (within(code, NEVER) || kicked || !this.options.reconnect) {
			this._session = null;
			this._stop(new ChatroomError('closed', reason || (kicked && kicked.reason) || `closed with ${code}`));
			this._emit('close', {code, reason, retry: false});
			return;
		}
		this._retry(code, reason);
	}

	_retry(code, reason) {
		const {backoffMin, backoffMax} = this.options;
		const longest = Math.min(backoffMax, backoffMin * 2 ** this._attempt);
		let delay = longest * (0.5 + this.timers.random() / 2);
		if (within(code, AT_ONCE) && this._attempt === 0) {
			delay = this.timers.random() * 300;
		}
		if (this._after !== undefined) {
			delay = Math.max(delay, this._after * 1000 * (1 + this.timers.random()));
			this._after = undefined;
		}
		this._attempt++;
		this.state = 'waiting';
		this._emit('state', this.state);
		this._emit('close', {code, reason, retry: true, delay});
		this._waiting = this.timers.set(() => this._open(), delay);
	}

	/* An end without return. */
	_stop(error) {
		this._turn = null;
		this._socket = null;
		this.timers.clear(this._waiting);
		this.timers.clear(this._beating);
		this.state = 'closed';
		this._emit('state', this.state);
		for (const {reject} of this._pending.values()) {
			reject(error);
		}
		this._pending.clear();
		if (this._first) {
			this._first.reject(error);
			this._first = null;
		}
		if (this._unwatch) {
			this._unwatch();
			this._unwatch = null;
		}
	}

	/* The network is back, or somebody looks again: now rather than later. */
	_watch() {
		const page = globalThis;
		if (typeof page.addEventListener !== 'function' || typeof page.document === 'undefined') {
			return;
		}
		const now = () => {
			if (this.state === 'waiting' && page.document.visibilityState !== 'hidden') {
				this.timers.clear(this._waiting);
				this._open();
			}
		};
		page.addEventListener('online', now);
		page.document.addEventListener('visibilitychange', now);
		this._unwatch = () => {
			page.removeEventListener('online', now);
			page.document.removeEventListener('visibilitychange', now);
		};
	}

	/* Frames of the server */

	_frame(text) {
		let frame;
		this._heard = this.timers.now();
		try {
			frame = JSON.parse(text);
		} catch {
			return;
		}
		if (typeof frame.message === 'string') {
			this._message(frame);
			return;
		}
		const handler = this[`_on_${frame.type}`];
		if (handler) {
			handler.call(this, frame);
		} else {
			this._emit(frame.type, frame);
		}
	}

	_message(frame) {
		if (frame.room === undefined) {
			this._emit(frame.private ? 'private' : 'announcement', frame);
			return;
		}
		if (this._isNew(frame.room, frame.seq)) {
			this._emit('message', frame.uid === this.uid ? {...frame, own: true} : frame);
		}
	}

	_isNew(name, seq) {
		const room = this._rooms.get(name);
		if (!room || seq === undefined) {
			return true;
		}
		if (seq <= room.seq) {
			return false;
		}
		room.seq = seq;
		return true;
	}

	_on_welcome(frame) {
		const known = this.uid;
		this.uid = frame.uid;
		this.user = frame.user ?? null;
		this.name = frame.name ?? null;
		this.limits = frame.limits;
		this._ping = frame.ping || 25;
		this._session = {secret: frame.session, uid: frame.uid};
		this._attempt = 0;
		this.state = 'open';
		this._emit('state', this.state);
		this._emit('welcome', frame);
		if (!frame.resumed) {
			this._start(known !== null);
		} else {
			this._resumed(frame.rooms);
		}
		if (this._first && this._first.resolve) {
			this._first.resolve(frame);
			this._first.resolve = null;
		}
	}

	/* A new session: its rooms are joined with where we were, and what a session before it may or may not have said
	 * is not said again: nobody could tell whether it had arrived. */
	_start(lost) {
		for (const [id, p] of this._pending) {
			if (p.sent && lost) {
				this._pending.delete(id);
				p.reject(new ChatroomError('connection_lost', 'the connection was lost before the answer came'));
			}
		}
		for (const [name, room] of this._rooms) {
			if (room.wanted) {
				this._join(name, room);
			}
		}
		this._flush(p => p.frame.room === undefined || p.frame.type);
	}

	/* The server puts us back into the rooms it knows of; others were asked for since. */
	_resumed(rooms) {
		for (const [name, room] of this._rooms) {
			if (room.wanted && !rooms.includes(name)) {
				this._join(name, room);
			}
		}
		this._flush(p => p.frame.room === undefined || p.frame.type);
	}

	_join(name, room) {
		const frame = {type: 'join', room: name, history: room.history};
		if (room.epoch) {
			frame.since = room.seq;
			frame.epoch = room.epoch;
		}
		this._raw(frame);
	}

	/* Sends what was not answered yet, in the order it was asked for. */
	_flush(which) {
		for (const p of this._pending.values()) {
			if (which(p) && this._raw(p.frame)) {
				p.sent = true;
			}
		}
	}

	_on_joined(frame) {
		const room = this._rooms.get(frame.room) || this._want(frame.room, 0);
		const before = room.epoch, known = room.seq;
		room.joined = true;
		room.epoch = frame.epoch;
		room.count = frame.count;
		if (!frame.recovered) {
			const first = Math.max(0, frame.seq - (room.history || 0));
			room.seq = before === frame.epoch ? Math.min(Math.max(known, first), frame.seq) : first;
			if (before && (before !== frame.epoch || known < first)) {
				this._emit('gap', {room: frame.room, epoch: frame.epoch, seq: frame.seq, since: known, newEpoch: before !== frame.epoch});
			}
		}
		for (const {resolve} of room.waiting.splice(0)) {
			resolve(frame);
		}
		this._emit('joined', frame);
		this._flush(p => p.frame.room === frame.room && !p.frame.type && !p.sentOn(this._turn));
	}

	_on_left(frame) {
		const room = this._rooms.get(frame.room);
		if (room) {
			this._rooms.delete(frame.room);
		}
		this._answer(frame);
		this._emit('left', frame);
	}

	_on_ack(frame) {
		const p = this._pending.get(frame.id);
		this._answer(frame);
		if (!p || frame.seq === undefined || p.frame.message === undefined || p.frame.to !== undefined) {
			return;
		}
		if (this._isNew(frame.room, frame.seq)) {
			const {message, data} = p.frame;
			this._emit('message', {message, uid: this.uid, room: frame.room, seq: frame.seq, time: frame.time, own: true,
				...(this.user !== null && {user: this.user}), ...(this.name !== null && {name: this.name}),
				...(data !== undefined && {data})});
		}
	}

	_on_members(frame) {
		this._answer(frame);
	}

	_on_history(frame) {
		this._answer(frame);
	}

	_on_pong(frame) {
		this._answer(frame);
	}

	_on_error(frame) {
		const error = new ChatroomError(frame.code, frame.reason, frame.retry);
		if (frame.id !== undefined && this._pending.has(frame.id)) {
			const {reject} = this._pending.get(frame.id);
			this._pending.delete(frame.id);
			reject(error);
			return;
		}
		const room = frame.room !== undefined && this._rooms.get(frame.room);
		if (room) {
			this._rooms.delete(frame.room);
			for (const {reject} of room.waiting.splice(0)) {
				reject(error);
			}
		}
		this._emit('error', Object.assign(error, {room: frame.room}));
	}

	_on_kick(frame) {
		this._kicked = frame;
		this._emit('kick', frame);
	}

	_on_reconnect(frame) {
		this._after = frame.after;
		this._emit('reconnect', frame);
	}

	_answer(frame) {
		const p = frame.id !== undefined && this._pending.get(frame.id);
		if (p) {
			this._pending.delete(frame.id);
			p.resolve(frame);
		}
	}

	/* What one asks for */

	_want(name, history) {
		let room = this._rooms.get(name);
		if (!room) {
			const kept = this._session && this._session.rooms && this._session.rooms[name];
			room = {seq: kept ? kept.seq : 0, epoch: kept ? kept.epoch : null, joined: false, history, waiting: []};
			this._rooms.set(name, room);
		}
		room.wanted = true;
		return room;
	}

	/* Everything carries an id and gets one answer. Only messages may be sent again after the connection was lost:
	 * the server knows their ids. */
	_request(frame) {
		const id = `${this._prefix}-${++this._next}`;
		return new Promise((resolve, reject) => {
			const p = {frame: {...frame, id}, resolve, reject, sent: false, turn: null};
			p.sentOn = turn => p.turn === turn;
			this._pending.set(id, p);
			const room = frame.room !== undefined && this._rooms.get(frame.room);
			if (this.state === 'open' && (!room || room.joined || frame.type)) {
				p.sent = this._raw(p.frame);
				p.turn = this._turn;
			}
		});
	}

	/** Joins; history: how many of the last messages are to follow as 'message' events. Resolves with joined. */
	join(name, {history = this.options.history} = {}) {
		const room = this._want(name, history);
		if (room.joined) {
			return Promise.resolve({room: name, epoch: room.epoch, seq: room.seq, count: room.count, recovered: true});
		}
		return new Promise((resolve, reject) => {
			room.waiting.push({resolve, reject});
			if (this.state === 'open' && room.waiting.length === 1) {
				this._join(name, room);
			}
		});
	}

	leave(name) {
		const room = this._rooms.get(name);
		if (!room || !room.joined) {
			this._rooms.delete(name);
			return Promise.resolve({room: name});
		}
		room.wanted = false;
		return this._request({type: 'leave', room: name});
	}

	/** Resolves with the ack: {room, seq, time}. While offline it waits; sent again after a reconnect, it arrives once. */
	send(room, message, {data} = {}) {
		return this._request({message, room, ...(data !== undefined && {data})});
	}

	/** To a uid, or to all connections of "user:ID". Resolves with {delivered}. */
	sendPrivate(to, message, {data} = {}) {
		return this._request({message, to, ...(data !== undefined && {data})});
	}

	edit(room, seq, text) {
		return this._request({type: 'edit', room, seq, text});
	}

	delete(room, seq) {
		return this._request({type: 'delete', room, seq});
	}

	/** Resolves with {count, members}; rooms without presence refuse. */
	members(room) {
		return this._request({type: 'members', room});
	}

	/** Resolves with {messages (oldest first), more}. before or after: a seq. */
	history(room, {before, after, limit = 50} = {}) {
		return this._request({type: 'history', room, limit, ...(before !== undefined && {before}),
			...(after !== undefined && {after})});
	}

	/* Ephemeral: lost when offline, and nobody minds. */

	typing(room) {
		return this.state === 'open' && this._raw({type: 'typing', room});
	}

	signal(room, name, data) {
		return this.state === 'open' && this._raw({type: 'signal', room, name, ...(data !== undefined && {data})});
	}

	read(room, seq) {
		return this.state === 'open' && this._raw({type: 'read', room, seq});
	}
}

export default ChatroomClient;
