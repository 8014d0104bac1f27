/* The page of the chat, on chatroom.js: rooms, direct messages, who is there, and what was said.
 *
 * Each conversation is a list of items; the log shows the one that is open. What comes in changes the list at
 * once and the log a little later, together with whatever else came, however fast it comes. */
import { Changes } from './changes.js';
import { ChatroomClient } from './chatroom.js';
import { Log } from './log.js';
import { byId, bytesOf, fromTemplate, identityOf, mark, nameOf, paintAvatar } from './look.js';
import { closePanels } from './panels.js';
import { People } from './people.js';
import { connection, showState, speak } from './state.js';

const SERVER_UID = '00000000-0000-0000-0000-000000000000';
const MAX_WAITING = 200; // messages kept while there is no connection
const PAGE = 50; // messages of history at a time

const CLOSE_TEXT = {
	1008: 'The server refused this connection',
	4000: 'You were removed from this chat',
	4001: 'You signed in from another place',
	4002: 'You are banned from this chat',
	4003: 'Signing in failed',
};
const ERROR_TEXT = {
	no_such_client: 'this person is not here any more',
	no_such_user: 'this person is not here any more',
	connection_lost: 'the connection was lost, it may have arrived or not',
	closed: 'not connected',
	history_unavailable: 'it is not kept any more',
};

const input = byId('text');

/* ---- What a reload keeps ---- */

const kept = (() => {
	try {
		return JSON.parse(sessionStorage.getItem('chat')) || {};
	} catch (error) { // storage is switched off, or holds something else
		return {};
	}
})();

function keep() {
	const session = chat.session && { secret: chat.session.secret, uid: chat.session.uid };
	const rooms = [...conversations.values()].filter((one) => one.room).map((one) => one.name);
	try {
		sessionStorage.setItem('chat', JSON.stringify({ session, rooms }));
	} catch (error) {
		// then a reload is somebody new
	}
}

/* ---- Conversations ---- */

/* key => {key, name, room (or null), to (a person, or null), items, bySeq, unread, since, more, ...} */
const conversations = new Map();
let open = null;

function conversation(name, person) {
	const key = person ? '@' + identityOf(person) : '#' + name;
	let one = conversations.get(key);
	if (!one) {
		one = {
			key, name, room: person ? null : name, to: person || null, title: person ? nameOf(person) : key,
			items: [], bySeq: new Map(), byId: new Map(), unread: 0, newFrom: null, start: null, seenTop: 0,
			more: !person, loading: false, members: null, count: null, typing: new Map(), draft: '', stale: true,
		};
		one.entry = buildEntry(one);
		conversations.set(key, one);
		byId(person ? 'direct' : 'rooms').append(one.entry);
		byId('direct-label').hidden = byId('direct').childElementCount === 0;
		showEntry(one);
		showLeave();
	}
	return one;
}

function buildEntry(one) {
	const [element, part] = fromTemplate('entry-template');
	part('entry-name').textContent = one.room ? '# ' + one.name : one.title;
	if (one.to) {
		paintAvatar(part('avatar'), identityOf(one.to));
		part('go').title = one.to.uid;
	} else {
		part('avatar').remove();
	}
	part('leave').setAttribute('aria-label', (one.room ? 'Leave ' : 'Close ') + one.title);
	part('go').addEventListener('click', () => {
		show(one);
		closePanels();
		focusInput();
	});
	part('leave').addEventListener('click', () => drop(one));
	return element;
}

function showEntry(one) {
	const badge = one.entry.querySelector('.badge');
	badge.hidden = one.unread === 0;
	badge.textContent = one.unread > 99 ? '99+' : one.unread;
	one.entry.classList.toggle('unread', one.unread > 0);
	const go = one.entry.querySelector('.go');
	go.setAttribute('aria-label', one.title + (one.unread ? `, ${one.unread} unread` : ''));
	if (one === open) {
		go.setAttribute('aria-current', 'true');
	} else {
		go.removeAttribute('aria-current');
	}
	showTotals();
}

/* The last room cannot be left: there would be nothing to look at. */
function showLeave() {
	const rooms = [...conversations.values()].filter((one) => one.room);
	for (const one of rooms) {
		one.entry.querySelector('.leave').hidden = rooms.length === 1;
	}
}

function drop(one) {
	conversations.delete(one.key);
	one.entry.remove();
	byId('direct-label').hidden = byId('direct').childElementCount === 0;
	if (one.room) {
		chat.leave(one.room).catch(() => {});
	}
	showLeave();
	if (one === open) {
		show(conversations.values().next().value);
	}
	showTotals();
	keep();
}

function show(one) {
	if (open) {
		changes.end();
		open.draft = input.value;
		open.newFrom = null;
		open.stale = true;
	}
	const before = open;
	open = one;
	one.newFrom = one.unread ? one.items[one.items.length - one.unread] : null;
	const { newFrom } = one;
	one.unread = 0;
	before && before !== one && showEntry(before);
	showEntry(one);
	input.value = one.draft;
	byId('room').textContent = one.title;
	byId('quiet-text').textContent = one.room
		? 'Whoever else has this room open sees what you write. Try it with a second window.'
		: 'What you write here, only the two of you see. It is not kept anywhere.';
	if (one.room) {
		const query = one.name === 'lobby' ? location.pathname : '?room=' + encodeURIComponent(one.name);
		history.replaceState(null, '', query);
	}
	view.show(one, newFrom);
	people.show();
	people.showTyping();
	fitInput();
	showComposer();
}

/* ---- Items: {text, who, own, time, seq, id, state, why, edited, deleted, past, ...}, or {notice, kind} ----
 * past: from a history or of a uid that is gone. For what is on its way to be changed see alter(). */

const isPending = (item) => item.state === 'pending';

/* What is not sent yet stays at the end. */
function add(one, item) {
	let at = one.items.length;
	while (!isPending(item) && at > 0 && isPending(one.items[at - 1])) {
		at--;
	}
	one.stale = one.stale || at < one.items.length;
	one.items.splice(at, 0, item);
	if (item.seq !== undefined) {
		one.bySeq.set(item.seq, item);
	}
	view.later();
	return item;
}

function notice(one, text, kind = '') {
	return add(one, { notice: true, text, kind });
}

function toItem(m) {
	const { message: text = '', seq, edited, own } = m;
	const time = new Date(m.time || Date.now());
	if (m.uid === SERVER_UID) {
		return { notice: true, kind: 'server', text, time, seq, deleted: m.type === 'delete' };
	}
	return { text, who: m, own, time, seq, edited, deleted: m.type === 'delete', state: own ? 'sent' : undefined };
}

/* Something to read in it that nobody looks at. */
function tell(one, item) {
	one.typing.delete(item.who && identityOf(item.who));
	if (!item.own && (one !== open || document.hidden)) {
		if (document.hidden && one === open && !one.newFrom) {
			one.newFrom = item;
			one.stale = true;
		}
		one.unread++;
		showEntry(one);
	}
	one === open && people.showTyping();
}

function onMessage(m) {
	const one = conversation(m.room);
	const mine = one.byId.get(m.id);
	if (one.bySeq.has(m.seq)) {
		return;
	}
	if (mine) {
		one.byId.delete(m.id);
		Object.assign(mine, { who: m, seq: m.seq, state: 'sent', time: new Date(m.time), text: m.message });
		one.bySeq.set(m.seq, mine);
		settle(one, mine);
		return;
	}
	const item = add(one, toItem(m));
	if (m.seq > one.seenTop) {
		tell(one, item);
	}
}

/* It is no longer pending: before those that still are, after all others. */
function settle(one, item) {
	const at = one.items.indexOf(item);
	const first = one.items.findIndex((other, i) => i < at && isPending(other));
	if (first >= 0) {
		one.items.splice(at, 1);
		one.items.splice(first, 0, item);
		one.stale = true;
		view.later();
	} else if (item.element && !one.stale) {
		mark(item.element, item);
		changes.stop();
	}
}

/* It looks different from now on. */
function repaint(one, item) {
	if (one !== open || one.stale || !item.element) {
		one.stale = true;
		view.later();
	} else {
		view.redraw(item);
	}
}

function change(one, seq, fields) {
	const item = one && one.bySeq.get(seq);
	if (item) {
		Object.assign(item, fields, { known: null, wrong: '' });
		fields.deleted && item === changes.item && changes.end();
		repaint(one, item);
	}
}

/* Deleted now; or said and deleted while we were away, then its place is all that comes. */
function onDelete(m) {
	const one = conversations.get('#' + m.room);
	if (one && m.time !== undefined && !one.bySeq.has(m.seq)) {
		add(one, toItem({ ...m, own: isOwn(m) }));
	} else {
		change(one, m.seq, { deleted: true });
	}
}

/* ---- What is unread, what was before ---- */

function showTotals() {
	let all = 0;
	for (const { unread } of conversations.values()) {
		all += unread;
	}
	const badge = byId('side-badge');
	const elsewhere = all - (open ? open.unread : 0);
	badge.hidden = elsewhere === 0;
	badge.textContent = elsewhere > 99 ? '99+' : elsewhere;
	byId('open-side').setAttribute('aria-label', 'Conversations' + (elsewhere ? `, ${elsewhere} unread` : ''));
	document.title = (all ? `(${all}) ` : '') + (open ? open.title + ' · ' : '') + 'Chatroom';
}

/* The page before what is there, when the reader comes to its top. */
async function loadMore(one) {
	const seqs = [...one.bySeq.keys()];
	if (!one.more || one.loading || !seqs.length || chat.state !== 'open') {
		return;
	}
	one.loading = true;
	try {
		const { messages, more } = await chat.history(one.room, { before: Math.min(...seqs), limit: PAGE });
		const items = messages.filter((m) => !one.bySeq.has(m.seq)).map((m) => toItem({ ...m, own: isOwn(m) }));
		items.forEach((item) => one.bySeq.set(item.seq, item));
		one.more = more;
		if (!more) {
			items.unshift({ notice: true, kind: 'start', text: 'Earlier messages are not kept' });
		}
		one.items.splice(one.items.indexOf(one.start) + 1, 0, ...items);
		one.stale = true;
		one === open && view.drawOlder();
	} catch (error) {
		// another try at the next scrolling
	} finally {
		one.loading = false;
	}
}

const isOwn = (m) => m.uid === chat.uid || (m.user !== undefined && m.user === chat.user);

const view = new Log(again, () => open && loadMore(open), () => changes.stop());

byId('latest').addEventListener('click', () => {
	view.toBottom();
	focusInput();
});

document.addEventListener('visibilitychange', () => {
	if (!document.hidden && open) {
		open.unread = 0;
		showEntry(open);
	}
});

const people = new People(() => open, isOwn, (person) => {
	show(conversation(null, person));
	closePanels();
	focusInput();
});

/* ---- The state of the connection ---- */

/* One line about the interruption, which says in the end how it went. */
function onClose({ code, reason, retry, delay }) {
	connection.dueAt = Date.now() + (delay || 0);
	if (!retry) {
		const text = CLOSE_TEXT[code] || 'The server closed this connection';
		const line = `${text}${reason ? ': ' + reason : ''}. Reload the page to try again.`;
		conversations.forEach((one) => notice(one, line, 'bad'));
		keep();
	} else if (connection.wasOnline) {
		for (const one of conversations.values()) {
			one.outage = one.outage || notice(one, 'Connection lost', 'outage');
		}
	}
}

function restored(one, text) {
	if (one.outage) {
		one.outage.text = text;
		one.outage = null;
		one.stale = true;
		view.later();
	}
}

function onGap({ room, renewed }) {
	const one = conversation(room);
	const text = renewed
		? 'Connection restored. The server was started anew: earlier history is gone.'
		: 'Connection restored. More was said than the server keeps: some messages are missing here.';
	one.outage ? restored(one, text) : notice(one, text);
	if (renewed) {
		one === open && changes.end();
		one.bySeq.forEach((item) => { item.past = true; });
		one.bySeq.clear();
		one.stale = true;
		one.start = one.items.filter((item) => item.notice && item.text === text).pop();
	}
	one.more = true;
}

function onJoined({ room, count, members, seq, fresh }) {
	const one = conversation(room);
	restored(one, 'Connection restored. Nothing was missed.');
	one.count = count === undefined ? null : count;
	one.members = members ? new Map(members.map((person) => [identityOf(person), person])) : null;
	if (fresh) {
		one.seenTop = seq; // history, not news
	}
	one === open && people.show();
	keep();
}

function onWelcome({ uid, user, name }) {
	const me = { uid, user, name };
	connection.wasOnline = true;
	paintAvatar(byId('me'), identityOf(me));
	byId('me-id').textContent = nameOf(me);
	for (const one of conversations.values()) {
		one.to && restored(one, 'Connection restored');
		for (const item of one.bySeq.values()) {
			if (item.own && !item.past && !isOwn(item.who)) { // we are somebody else now
				item.past = one.stale = true;
			}
		}
	}
	view.later();
	keep();
}

/* ---- The composer ---- */

/* A lone half of a surrogate pair is no Unicode text and would not survive the way. */
const cleaned = () => input.value.replace(/\p{Surrogate}/gu, '\ufffd').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '');

let lastId = 0;
const idPrefix = crypto.getRandomValues(new Uint32Array(1))[0].toString(36).padStart(7, '0');
const newId = () => `${idPrefix}-${(++lastId).toString(36).padStart(4, '0')}`;

const focusInput = () => input.focus({ preventScroll: true });
const limit = () => (chat.limits ? chat.limits.message : 64 * 1024);
const newIdLike = '0'.repeat(12);

function sizeOf(message) {
	const to = open.room ? { room: open.room } : { to: open.to.uid };
	const edit = changes.item ? { type: 'edit', room: open.room, seq: changes.item.seq, text: message } : null;
	return bytesOf(JSON.stringify(edit ? { ...edit, id: newIdLike } : { message, ...to, id: newIdLike }));
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
	const bytes = sizeOf(text);
	const over = bytes > limit();
	const ended = chat.state === 'closed';
	const hint = byId('hint');

	byId('size').textContent = over
		? `${kib(bytes - limit())} too long (limit ${kib(limit())})`
		: `${kib(text ? bytes : 0)} of ${kib(limit())}`;
	byId('size').dataset.level = over ? 'over' : bytes > 1024 ? 'some' : 'low';
	byId('send').disabled = over || (!text && !changes.item) || ended;
	input.disabled = ended;
	input.placeholder = ended ? 'Nothing can be sent any more' : 'Message ' + open.title;
	if (connection.wasOnline && !ended && chat.state !== 'open') {
		hint.textContent = 'Messages wait here until the connection is back';
		hint.dataset.tone = 'warn';
	} else {
		hint.textContent = changes.item ? 'Enter saves, Esc cancels, an empty text deletes'
			: 'Enter sends, Shift + Enter starts a new line';
		hint.dataset.tone = 'keys';
	}
}

const waiting = () => [...conversations.values()].reduce((sum, one) => sum + one.byId.size, 0);

function say(one, text) {
	const id = newId();
	const item = add(one, { text, own: true, time: new Date(), id, state: 'pending' });
	const done = (fields) => {
		one.byId.delete(id);
		Object.assign(item, fields);
		settle(one, item);
	};
	one.byId.set(id, item);
	if (waiting() > MAX_WAITING) {
		done({ state: 'failed', why: 'too many messages are waiting' });
		return;
	}
	const sent = one.room ? chat.send(one.room, text, { id }) : chat.sendPrivate(one.to.user === undefined ? one.to.uid
		: 'user:' + one.to.user, text, { id });
	sent.then((ack) => {
		if (isPending(item) && one.room && one.bySeq.has(ack.seq)) { // it came with what was missed
			one.byId.delete(id);
			one.items.splice(one.items.indexOf(item), 1);
			one.stale = true;
			view.later();
		} else if (isPending(item)) {
			done({ state: 'sent' });
		}
	}, (error) => done({ state: 'failed', why: whyNot(error) }));
}

function whyNot(error) {
	const wait = error.retry ? `, try again in ${Math.ceil(error.retry)} s` : '';
	return (ERROR_TEXT[error.code] || error.message) + wait;
}

function again(item) {
	const at = open.items.indexOf(item);
	if (item.state !== 'failed') {
		item.unsaved === undefined ? changes.question(item) : changes.start(item);
	} else if (at >= 0 && chat.state !== 'closed') {
		open.items.splice(at, 1);
		open.stale = true;
		say(open, item.text);
		view.draw();
		view.toBottom();
		focusInput();
	}
}

/* ---- One's own messages, changed ---- */

let altering = 0;

/* It shows at once what it is to be: fields; known is what the server has, as far as we know. What is refused goes back
 * to that, and failed says what it is then. */
function alter(item, request, fields, failed) {
	const one = open;
	const known = item.known || { text: item.text, edited: item.edited };
	altering++;
	Object.assign(item, fields, { known, wrong: '', unsaved: undefined, saving: (item.saving || 0) + 1 });
	repaint(one, item);
	request.catch((error) => {
		Object.assign(item, item.known, { known: null }, failed(whyNot(error)));
		speak(item.wrong);
	}).finally(() => {
		altering--;
		item.saving--;
		repaint(one, item);
	});
}

function saveEdit(text) {
	const { item } = changes;
	if (!text) {
		changes.question(item);
		return;
	}
	changes.end();
	if (text !== item.text || item.unsaved !== undefined) {
		alter(item, chat.edit(open.room, item.seq, text), { text },
			(why) => ({ unsaved: text, wrong: `Not changed: ${why}.` }));
	}
}

function remove(item) {
	alter(item, chat.delete(open.room, item.seq), { deleting: true },
		(why) => ({ deleting: false, wrong: `Not deleted: ${why}.` }));
}

const changes = new Changes({
	all: () => open.items,
	itemOf: (element) => open.items.find((item) => item.element === element),
	remove,
	changed: () => {
		fitInput();
		showComposer();
	},
});

function submit() {
	const text = cleaned();
	if (changes.item && sizeOf(text) <= limit() && chat.state !== 'closed') {
		saveEdit(text);
		return;
	}
	if (!text || sizeOf(text) > limit() || chat.state === 'closed') {
		return;
	}
	open.newFrom = null;
	say(open, text);
	view.draw();
	input.value = '';
	fitInput();
	showComposer();
	view.toBottom();
}

byId('composer').addEventListener('submit', (event) => {
	event.preventDefault();
	submit();
	byId('ask').open || focusInput();
});

input.addEventListener('input', () => {
	fitInput();
	showComposer();
	if (open.room && input.value && !changes.item) {
		chat.typing(open.room);
	}
});

input.addEventListener('keydown', (event) => {
	const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
	// Enter also picks a word in an input method; Safari says so only by keyCode 229
	if (event.isComposing || event.keyCode === 229) {
		return;
	}
	if (event.key === 'Enter' && !event.shiftKey) {
		event.preventDefault();
		submit();
	} else if (event.key === 'Escape' && changes.item) {
		changes.end();
	} else if (event.key === 'ArrowUp' && plain && !input.value && !changes.item && changes.startLast()) {
		event.preventDefault();
	}
});

/* ---- Rooms by hand ---- */

document.addEventListener('keydown', (event) => {
	if (event.key === 'Escape') {
		closePanels();
	} else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
		const all = [...conversations.values()];
		const step = event.key === 'ArrowUp' ? all.length - 1 : 1;
		event.preventDefault();
		show(all[(all.indexOf(open) + step) % all.length]);
	}
});

byId('join').addEventListener('submit', (event) => {
	const name = byId('join-name').value.trim().replace(/^#\s*/, '');
	event.preventDefault();
	if (name) {
		byId('join-name').value = '';
		enter(name);
		closePanels();
		focusInput();
	}
});

/* Into a room, or out of it again when the server does not want us there. */
function enter(name) {
	const one = conversation(name);
	show(one);
	chat.join(name, { history: PAGE }).catch((error) => {
		if (conversations.has(one.key) && chat.state === 'open') {
			notice(one, `You are not in this room: ${error.message}`, 'bad');
		}
	});
	keep();
}

/* ---- Start ---- */

const asked = new URLSearchParams(location.search).get('room') || 'lobby';
const rooms = [...new Set([asked, ...(Array.isArray(kept.rooms) ? kept.rooms : [])])].filter((name) => typeof name === 'string');
const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const chat = new ChatroomClient(`${scheme}//${location.host}/ws`, { rooms, history: PAGE, session: kept.session });

chat.on('message', onMessage);
chat.on('private', (m) => {
	const one = conversation(null, m);
	one.to = m; // the uid to answer to is the last one
	tell(one, add(one, toItem({ ...m, own: false })));
});
chat.on('announcement', (m) => notice(open, m.message, 'server'));
chat.on('edit', ({ room, seq, text }) => change(conversations.get('#' + room), seq, { text, edited: true }));
chat.on('delete', onDelete);
chat.on('typing', (who) => people.onTyping(conversations.get('#' + who.room), who));
chat.on('presence', (who) => people.onPresence(conversations.get('#' + who.room), who));
chat.on('welcome', onWelcome);
chat.on('joined', onJoined);
chat.on('gap', onGap);
chat.on('left', ({ room, reason }) => {
	const one = conversations.get('#' + room);
	one && notice(one, 'You are not in this room any more' + (reason ? `: ${reason}` : ''), 'bad');
});
chat.on('refused', (error) => notice(conversation(error.room), `You are not in this room: ${error.message}`, 'bad'));
chat.on('close', onClose);
chat.on('state', () => {
	showState(chat);
	showComposer();
});

byId('retry').addEventListener('click', () => chat.retry());
window.addEventListener('beforeunload', (event) => {
	if (waiting() || altering) {
		event.preventDefault();
	}
});

for (const name of rooms) {
	conversation(name);
}
show(conversation(asked));
if (location.host) {
	chat.connect().catch(() => {}); // 'close' says it
} else {
	notice(open, 'Open this page through the server, not as a file.', 'bad');
	showState(chat);
	showComposer();
}
