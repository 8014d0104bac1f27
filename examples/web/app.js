/* A chat page for the `basic` dialect: {"message"} out, {"message","uid"} in, and nothing else.
 *
 * What that means for a page: the server never echoes, so a message of ours is drawn when it is
 * sent; it never acknowledges, so "sent" means "handed to the network"; it never tells us our own
 * uid, so we are "You" with a colour that only we see; and it keeps no history for us.
 *
 * Whatever arrives is text. It reaches the document through textContent only.
 */
'use strict';

const SERVER_UID = '00000000-0000-0000-0000-000000000000';
const MAX_FRAME = 64 * 1024; // the server's default max_message_size
const MAX_SHOWN = 500; // messages kept in the document
const MAX_WAITING = 200; // messages kept while there is no connection
const GROUP_MS = 3 * 60 * 1000;
const CLIP_CHARS = 1200;
const CLIP_LINES = 14;

const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 30000;
const CONNECT_MS = 10000;
const STABLE_MS = 5000; // a connection that lived this long was a good one

const CLOSE_TEXT = {
	1008: 'The server refused this connection',
	4000: 'You were removed from this chat',
	4001: 'You signed in from another place',
	4002: 'You are banned from this chat',
	4003: 'Signing in failed',
};

const encoder = new TextEncoder();
const byId = (id) => document.getElementById(id);

/* ---- The connection: one socket after another, and what waits for the next one ---- */

class Connection {
	/* on.state({name, until, code, reason}), on.frame(object), on.sent(item), on.failed(item, why) */
	constructor(url, on) {
		this.url = url;
		this.on = on;
		this.socket = null;
		this.waiting = []; // {text, frame, bytes}: not given to a socket yet
		this.inFlight = []; // given to the socket, maybe still in the browser's buffer
		this.handed = 0; // bytes given to this socket
		this.attempt = 0;
		this.openedAt = 0;
		this.ended = false;
		this.timer = 0;
		this.settleTimer = 0;
	}

	isOpen() {
		return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
	}

	connect() {
		if (this.ended || (this.socket && this.socket.readyState < WebSocket.CLOSING)) {
			return;
		}
		clearTimeout(this.timer);
		const socket = new WebSocket(this.url);
		this.socket = socket;
		this.handed = 0;
		this.openedAt = 0;
		this.timer = setTimeout(() => this.abandon(), CONNECT_MS);
		socket.onopen = () => {
			clearTimeout(this.timer);
			this.openedAt = Date.now();
			this.on.state({ name: 'online' });
			this.flush();
		};
		socket.onmessage = (event) => this.receive(event.data);
		socket.onclose = (event) => this.closed(socket, event.code, event.reason);
		this.on.state({ name: 'connecting' });
	}

	/* A socket that is silent or whose network is gone: waiting for its own end may take minutes. */
	abandon() {
		const socket = this.socket;
		if (!socket || this.ended) {
			return;
		}
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
		this.closed(socket, 1006, '');
	}

	receive(data) {
		let frame;
		try {
			frame = JSON.parse(data);
		} catch (error) {
			return;
		}
		if (frame && typeof frame.message === 'string' && typeof frame.uid === 'string') {
			this.on.frame(frame);
		}
	}

	send(item) {
		if (this.ended || this.waiting.length >= MAX_WAITING) {
			this.on.failed(item, this.ended ? 'not connected' : 'too many messages are waiting');
			return;
		}
		this.waiting.push(item);
		this.flush();
	}

	flush() {
		if (!this.isOpen()) {
			return;
		}
		for (const item of this.waiting.splice(0)) {
			this.socket.send(item.frame);
			this.handed += item.bytes;
			item.end = this.handed;
			this.inFlight.push(item);
		}
		this.settle();
	}

	/* bufferedAmount says how much of what we handed over has not left the browser. */
	settle() {
		clearTimeout(this.settleTimer);
		const left = this.handed - this.socket.bufferedAmount;
		while (this.inFlight.length && this.inFlight[0].end <= left) {
			this.on.sent(this.inFlight.shift());
		}
		if (this.inFlight.length && this.isOpen()) {
			this.settleTimer = setTimeout(() => this.settle(), 30);
		}
	}

	closed(socket, code, reason) {
		clearTimeout(this.timer);
		this.settle();
		if (code === 1003 || code === 1007 || code === 1009) {
			// sent again it would only be refused again
			this.fail(this.inFlight.splice(0), 'refused by the server');
		}
		this.waiting.unshift(...this.inFlight.splice(0));
		this.socket = null;

		if (code === 1008 || (code >= 4000 && code <= 4099)) {
			this.ended = true;
			this.fail(this.waiting.splice(0), 'not connected');
			this.on.state({ name: 'ended', code, reason });
			return;
		}
		if (this.openedAt && Date.now() - this.openedAt >= STABLE_MS) {
			this.attempt = 0;
		}
		const delay = this.nextDelay(code);
		this.timer = setTimeout(() => this.connect(), delay);
		this.on.state({ name: 'waiting', until: Date.now() + delay });
	}

	/* Full jitter: a thousand pages that lost one server do not come back as one wave. */
	nextDelay(code) {
		const atOnce = code >= 4200 && code <= 4299 && this.attempt === 0;
		const ceiling = atOnce ? 0 : Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** this.attempt);
		this.attempt++;
		return Math.random() * ceiling;
	}

	fail(items, why) {
		for (const item of items) {
			this.on.failed(item, why);
		}
	}
}

/* ---- Colours and pictures from an id ---- */

function hash(text) { // FNV-1a, with a last stir so that short ids spread too
	let h = 0x811c9dc5;
	for (const byte of encoder.encode(text)) {
		h = Math.imul(h ^ byte, 0x01000193);
	}
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	return (h ^ (h >>> 13)) >>> 0;
}

const hueOf = (id) => hash(id) % 360;

function svg(name, attributes) {
	const element = document.createElementNS('http://www.w3.org/2000/svg', name);
	for (const [key, value] of Object.entries(attributes)) {
		element.setAttribute(key, value);
	}
	return element;
}

/* Five by five squares, left and right alike: 15 bits of the id. */
function paintAvatar(element, id) {
	const bits = hash('avatar ' + id);
	const picture = svg('svg', { viewBox: '-2.2 -2.2 9.4 9.4', 'shape-rendering': 'crispEdges' });
	let path = '';
	for (let i = 0; i < 15; i++) {
		const x = i % 3;
		const y = (i - x) / 3;
		if (bits >>> i & 1 || i === 8) {
			path += `M${x} ${y}h1v1h-1z` + (x < 2 ? `M${4 - x} ${y}h1v1h-1z` : '');
		}
	}
	picture.append(svg('path', { d: path }));
	element.replaceChildren(picture);
	element.style.setProperty('--hue', hueOf(id));
}

/* ---- The messages ---- */

const log = byId('log');
const latest = byId('latest');
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const fullDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const dayName = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const EMOJI =
	/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f])+$/u;

let last = null; // {element, who, time} of the newest message, null after a notice
let lastDay = new Date().toDateString();
let atBottom = true;
let unread = 0; // below the fold
let unseen = 0; // while the page was hidden
let incoming = []; // frames since the last drawing

function isFewEmoji(text) {
	if (text.length > 40 || !EMOJI.test(text) || !Intl.Segmenter) {
		return false;
	}
	return [...new Intl.Segmenter().segment(text)].length <= 3;
}

function clip(bubble, text) {
	if (text.textContent.length < CLIP_CHARS && text.textContent.split('\n').length <= CLIP_LINES) {
		return;
	}
	const more = document.createElement('button');
	more.type = 'button';
	more.className = 'more';
	more.textContent = 'Show all';
	more.addEventListener('click', () => {
		text.classList.remove('clipped');
		more.remove();
	});
	text.classList.add('clipped');
	text.after(more);
}

/* who is a uid, or null for me */
function buildMessage(text, who, time) {
	const element = byId('message-template').content.cloneNode(true).firstElementChild;
	const part = (name) => element.querySelector('.' + name);
	const stamp = element.querySelector('time');
	const author = part('author');

	part('text').textContent = text;
	stamp.textContent = clock.format(time);
	stamp.dateTime = time.toISOString();
	stamp.title = fullDate.format(time);
	if (who === null) {
		element.classList.add('mine');
		part('avatar').remove();
		author.className = 'unseen';
		author.textContent = 'You';
	} else {
		author.textContent = who.slice(0, 8);
		author.title = who;
		author.style.setProperty('--hue', hueOf(who));
		paintAvatar(part('avatar'), who);
	}
	if (isFewEmoji(text)) {
		element.classList.add('emoji');
	}
	clip(part('bubble'), part('text'));
	return element;
}

function put(element) {
	byId('quiet').hidden = true;
	log.append(element);
	while (log.childElementCount > MAX_SHOWN && atBottom) {
		log.firstElementChild.remove();
	}
}

function putDay(time) {
	const day = time.toDateString();
	if (day === lastDay) {
		return;
	}
	lastDay = day;
	putNotice(dayName.format(time));
}

function putMessage(text, who) {
	const time = new Date();
	putDay(time);
	const element = buildMessage(text, who, time);
	if (last && last.who === who && time - last.time < GROUP_MS) {
		last.element.classList.add('followed');
	} else {
		element.classList.add('head');
	}
	last = { element, who, time };
	put(element);
	return element;
}

function putNotice(text, kind) {
	const element = document.createElement('p');
	element.className = 'notice ' + (kind || '');
	element.textContent = text;
	last = null;
	put(element);
}

function mark(element, state, why) {
	const words = { pending: 'waiting to be sent', sent: 'sent', failed: 'not sent' };
	element.dataset.mark = state;
	element.querySelector('use').setAttribute('href', '#icon-' + state);
	element.querySelector('.mark-text').textContent = words[state];
	if (why) {
		const line = element.querySelector('.why');
		line.textContent = 'Not sent: ' + why;
		line.hidden = false;
	}
}

/* Frames are drawn together, once per picture, however fast they come. */
function receive(frame) {
	if (incoming.push(frame) === 1) {
		setTimeout(drawIncoming, document.hidden ? 250 : 16);
	}
	if (incoming.length > MAX_SHOWN) {
		incoming.shift();
	}
}

function drawIncoming() {
	const frames = incoming;
	const followed = atBottom;
	incoming = [];
	for (const { message, uid } of frames) {
		if (uid === SERVER_UID) {
			putNotice(message, 'server');
		} else {
			putMessage(message, uid);
		}
	}
	if (followed) {
		toBottom();
	} else {
		unread += frames.length;
		showLatest();
	}
	if (document.hidden) {
		unseen += frames.length;
		showTitle();
	}
}

function toBottom() {
	log.scrollTop = log.scrollHeight;
	atBottom = true;
	unread = 0;
	showLatest();
}

function showLatest() {
	latest.hidden = atBottom;
	const plural = unread === 1 ? '1 new message' : unread + ' new messages';
	byId('latest-text').textContent = unread ? plural : 'Latest';
}

function showTitle() {
	document.title = (unseen ? `(${unseen}) ` : '') + `${roomLabel} · Chatroom`;
}

log.addEventListener('scroll', () => {
	atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
	if (atBottom) {
		unread = 0;
	}
	showLatest();
}, { passive: true });

latest.addEventListener('click', () => {
	toBottom();
	byId('text').focus({ preventScroll: true });
});

// a keyboard that slides in or a composer that grows must not hide the newest message
new ResizeObserver(() => {
	if (atBottom) {
		toBottom();
	}
}).observe(log);

document.addEventListener('visibilitychange', () => {
	if (!document.hidden) {
		unseen = 0;
		showTitle();
		hurry();
	}
});

/* ---- The state of the connection ---- */

const roomName = new URLSearchParams(location.search).get('room') || '';
const roomLabel = '#' + (roomName || 'lobby');
let state = { name: 'connecting' };
let wasOnline = false;
let lostAt = 0;
let countdown = 0;

function stateText() {
	const seconds = Math.max(1, Math.ceil((state.until - Date.now()) / 1000));
	switch (state.name) {
	case 'online':
		return 'Online';
	case 'ended':
		return 'Disconnected';
	case 'connecting':
		return wasOnline ? 'Reconnecting…' : 'Connecting…';
	default:
		return navigator.onLine === false ? 'Offline' : `Reconnecting in ${seconds} s`;
	}
}

function spokenState() { // without the seconds: nobody wants them read aloud
	const lost = state.name === 'waiting' && navigator.onLine;
	return lost ? 'Connection lost, reconnecting' : stateText();
}

function showState() {
	clearInterval(countdown);
	const offline = state.name === 'waiting' && navigator.onLine === false;
	byId('state').dataset.state = offline ? 'offline' : state.name;
	byId('state-text').textContent = stateText();
	byId('retry').hidden = state.name !== 'waiting';
	if (state.name === 'online' || state.name === 'ended' || state.name === 'waiting') {
		const spoken = spokenState();
		if (byId('state-spoken').textContent !== spoken) {
			byId('state-spoken').textContent = spoken;
		}
	}
	if (state.name === 'waiting') {
		countdown = setInterval(() => {
			byId('state-text').textContent = stateText();
		}, 250);
	}
	showComposer();
}

function changeState(next) {
	const followed = atBottom;
	state = next;
	if (next.name === 'online') {
		if (lostAt) {
			putNotice('Back online. What others wrote in between is not shown.');
		}
		wasOnline = true;
		lostAt = 0;
	} else if (next.name === 'waiting' && wasOnline && !lostAt) {
		lostAt = Date.now();
	} else if (next.name === 'ended') {
		const text = CLOSE_TEXT[next.code] || 'The server closed this connection';
		const reason = next.reason ? ': ' + next.reason : '';
		putNotice(`${text}${reason}. Reload the page to try again.`, 'bad');
	}
	showState();
	if (followed) {
		toBottom();
	}
}

/* ---- The composer ---- */

const composer = byId('composer');
const input = byId('text');
const size = byId('size');

/* A lone half of a surrogate pair is no Unicode text and would not survive the way. */
function cleaned() {
	return input.value.replace(/\p{Surrogate}/gu, '\ufffd').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '');
}

function frameOf(text) {
	const frame = JSON.stringify({ message: text });
	return { text, frame, bytes: encoder.encode(frame).length };
}

function kib(bytes) {
	return bytes < 1024 ? bytes + ' B' : Number((bytes / 1024).toFixed(1)) + ' KiB';
}

function fitInput() {
	input.style.height = 'auto';
	input.style.height = input.scrollHeight + 'px';
}

function showComposer() {
	const text = cleaned();
	const { bytes } = frameOf(text);
	const over = bytes > MAX_FRAME;
	const hint = byId('hint');

	size.textContent = over
		? `${kib(bytes - MAX_FRAME)} too long (limit ${kib(MAX_FRAME)})`
		: `${kib(text ? bytes : 0)} of ${kib(MAX_FRAME)}`;
	size.dataset.level = over ? 'over' : bytes > 1024 ? 'some' : 'low';
	byId('send').disabled = over || !text || state.name === 'ended';
	input.disabled = state.name === 'ended';
	input.placeholder = input.disabled ? 'Nothing can be sent any more' : 'Message';
	if (state.name === 'waiting' || (state.name === 'connecting' && wasOnline)) {
		hint.textContent = 'Messages wait here until the connection is back';
		hint.dataset.tone = 'warn';
	} else {
		hint.textContent = 'Enter sends, Shift + Enter starts a new line';
		hint.dataset.tone = 'keys';
	}
}

function submit() {
	const item = frameOf(cleaned());
	if (!item.text || item.bytes > MAX_FRAME || state.name === 'ended') {
		return;
	}
	item.element = putMessage(item.text, null);
	mark(item.element, 'pending');
	connection.send(item);
	input.value = '';
	fitInput();
	showComposer();
	toBottom();
}

composer.addEventListener('submit', (event) => {
	event.preventDefault();
	submit();
	input.focus({ preventScroll: true });
});

input.addEventListener('input', () => {
	fitInput();
	showComposer();
});

input.addEventListener('keydown', (event) => {
	// Enter also picks a word in an input method; Safari says so only by keyCode 229
	if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) {
		return;
	}
	event.preventDefault();
	submit();
});

/* ---- Start ---- */

/* The same picture after a reload, another one in another tab, as they are two clients. */
function mySeed() {
	const fresh = String(crypto.getRandomValues(new Uint32Array(1))[0]);
	try {
		const seed = sessionStorage.getItem('seed') || fresh;
		sessionStorage.setItem('seed', seed);
		return seed;
	} catch (error) { // storage is switched off
		return fresh;
	}
}

function hurry() {
	if (state.name === 'waiting') {
		connection.connect();
	}
}

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const query = roomName ? '?room=' + encodeURIComponent(roomName) : '';
const connection = new Connection(`${scheme}//${location.host}/ws${query}`, {
	state: changeState,
	frame: receive,
	sent: (item) => mark(item.element, 'sent'),
	failed: (item, why) => mark(item.element, 'failed', why),
});

byId('retry').addEventListener('click', hurry);
window.addEventListener('online', hurry);
window.addEventListener('offline', () => connection.abandon());
window.addEventListener('pageshow', (event) => {
	if (event.persisted) {
		hurry();
	}
});
window.addEventListener('beforeunload', (event) => {
	if (connection.waiting.length) {
		event.preventDefault();
	}
});

byId('room').textContent = roomLabel;
showTitle();
paintAvatar(byId('me'), mySeed());
fitInput();
if (location.host) {
	connection.connect();
} else {
	putNotice('Open this page through the server, not as a file.', 'bad');
	state = { name: 'ended' };
	showState();
}
