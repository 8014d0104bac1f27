import { ChatroomClient, wxTransport } from '../../chatroom.js';
import { room, url } from '../../config.js';

const SERVER_UID = '00000000-0000-0000-0000-000000000000';
const MAX_SHOWN = 200;
const TYPING_MS = 5000;

const two = (n) => (n < 10 ? '0' + n : String(n));

function clock(time) {
	const date = new Date(time);
	return two(date.getHours()) + ':' + two(date.getMinutes());
}

function nameOf(someone) {
	return someone.name || someone.user || someone.uid.slice(0, 8);
}

Page({
	data: { room, items: [], newest: '', status: 'Connecting…', state: 'connecting', people: '', typing: '', text: '' },

	onLoad() {
		this.serial = 0;
		this.chat = new ChatroomClient(url, { rooms: [room], transport: wxTransport(wx) });
		this.listen();
		this.chat.connect().catch(() => {}); // 'close' tells it
	},

	onUnload() {
		clearTimeout(this.typingTimer);
		this.chat.close();
	},

	listen() {
		const { chat } = this;
		chat.on('message', (m) => this.onMessage(m));
		chat.on('announcement', (m) => this.notice(m.message));
		chat.on('delete', ({ seq }) => this.change(seq, { text: 'Deleted', kind: 'gone' }));
		chat.on('edit', ({ seq, text }) => this.change(seq, { text }));
		chat.on('typing', (who) => this.showTyping(who));
		chat.on('joined', ({ count }) => this.showPeople(count));
		chat.on('presence', ({ count }) => this.showPeople(count));
		chat.on('gap', ({ renewed }) => this.notice(renewed
			? 'The server was started anew: earlier history is gone.'
			: 'Some messages were missed.'));
		chat.on('refused', (error) => this.notice(error.message));
		chat.on('close', ({ retry, reason }) => retry || this.notice(reason || 'The server closed this chat.'));
		chat.on('state', (state) => this.setData({
			state,
			status: { open: 'Online', connecting: 'Connecting…', waiting: 'Reconnecting…', closed: 'Disconnected' }[state],
		}));
	},

	/* The list: {key, kind: 'theirs', 'mine', 'notice' or 'gone', text, who, time, seq, id, state} */

	show(items) {
		const kept = items.slice(-MAX_SHOWN);
		this.setData({ items: kept, newest: kept.length ? kept[kept.length - 1].key : '' });
	},

	add(item) {
		this.show([...this.data.items, { key: 'k' + ++this.serial, ...item }]);
	},

	notice(text) {
		this.add({ kind: 'notice', text });
	},

	change(seq, fields) {
		this.setData({ items: this.data.items.map((item) => (item.seq === seq ? { ...item, ...fields } : item)) });
	},

	onMessage(m) {
		// what was waiting takes its place in the room's order
		const others = this.data.items.filter((item) => !m.id || item.id !== m.id);
		const item = { key: 'k' + ++this.serial, text: m.message, seq: m.seq, time: clock(m.time), state: '' };
		item.kind = m.own ? 'mine' : m.uid === SERVER_UID ? 'notice' : 'theirs';
		item.who = nameOf(m);
		this.setData({ typing: '' });
		this.show([...others, item]);
	},

	showPeople(count) {
		this.setData({ people: count === undefined ? '' : count + (count === 1 ? ' person' : ' people') });
	},

	showTyping(who) {
		clearTimeout(this.typingTimer);
		this.setData({ typing: nameOf(who) + ' is typing…' });
		this.typingTimer = setTimeout(() => this.setData({ typing: '' }), TYPING_MS);
	},

	/* What one does */

	onInput(event) {
		this.setData({ text: event.detail.value });
		this.chat.typing(room);
	},

	onSend() {
		const text = this.data.text.trim();
		if (text) {
			this.setData({ text: '' });
			this.say(text);
		}
	},

	onRetry() {
		this.chat.retry();
	},

	onAgain(event) {
		const { id } = event.currentTarget.dataset;
		const item = this.data.items.find((one) => one.id === id);
		if (item && item.state === 'failed') {
			this.show(this.data.items.filter((one) => one !== item));
			this.say(item.text);
		}
	},

	say(text) {
		const id = `m${Date.now().toString(36)}-${++this.serial}`;
		this.add({ kind: 'mine', text, id, time: clock(Date.now()), state: 'waiting' });
		this.chat.send(room, text, { id }).then(
			() => this.show(this.data.items.filter((item) => item.id !== id)), // its message is in the list
			(error) => this.setData({ items: this.data.items.map((item) =>
				(item.id === id ? { ...item, state: 'failed', why: error.message } : item)) }));
	},
});
