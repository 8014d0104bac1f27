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
	data: {
		room, items: [], newest: '', status: 'Connecting…', state: 'connecting', people: '', typing: '', text: '',
		editing: '', // the text of the message that is edited
		focus: false,
	},

	onLoad() {
		this.serial = 0;
		this.edited = null; // the message that is edited
		this.draft = '';
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
		chat.on('delete', (m) => this.onDelete(m));
		chat.on('edit', ({ seq, text }) => this.change(seq, { text, edited: true, why: '' }));
		chat.on('typing', (who) => this.showTyping(who));
		chat.on('joined', ({ count }) => this.showPeople(count));
		chat.on('presence', ({ count }) => this.showPeople(count));
		chat.on('gap', ({ renewed }) => {
			if (renewed) { // what is here has numbers that now belong to others
				this.onCancel();
				this.show(this.data.items.map((item) => ({ ...item, seq: 0 })));
			}
			this.notice(renewed ? 'The server was started anew: earlier history is gone.' : 'Some messages were missed.');
		});
		chat.on('refused', (error) => this.notice(error.message));
		chat.on('close', ({ retry, reason }) => retry || this.notice(reason || 'The server closed this chat.'));
		chat.on('state', (state) => this.setData({
			state,
			status: { open: 'Online', connecting: 'Connecting…', waiting: 'Reconnecting…', closed: 'Disconnected' }[state],
		}));
	},

	/* The list: {key, kind: 'theirs', 'mine', 'notice' or 'gone', own, text, who, time, seq, id, state, edited, why} */

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

	/* Deleted now; or said and deleted while we were away, then its place is all that comes. */
	onDelete(m) {
		const gone = { text: 'Message deleted', kind: 'gone', edited: false, why: '' };
		if (this.edited && this.edited.seq === m.seq) {
			this.onCancel();
		}
		if (m.time !== undefined && !this.data.items.some((item) => item.seq === m.seq)) {
			this.add({ ...gone, seq: m.seq, own: m.uid === this.chat.uid, time: clock(m.time), state: '' });
		} else {
			this.change(m.seq, gone);
		}
	},

	onMessage(m) {
		// what was waiting takes its place in the room's order
		const others = this.data.items.filter((item) => !m.id || item.id !== m.id);
		const item = { key: 'k' + ++this.serial, text: m.message, seq: m.seq, time: clock(m.time), state: '' };
		item.own = m.own;
		item.uid = m.uid;
		item.user = m.user;
		item.edited = m.edited === true;
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
		if (!this.edited) {
			this.chat.typing(room);
		}
	},

	onSend() {
		const text = this.data.text.trim();
		if (this.edited) {
			this.saveEdit(text);
		} else if (text) {
			this.setData({ text: '' });
			this.say(text);
		}
	},

	/* A long press on a message: what can be done with it. */
	onMenu(event) {
		const item = this.data.items.find((one) => one.key === event.currentTarget.dataset.key);
		if (!item || !['mine', 'theirs'].includes(item.kind)) {
			return;
		}
		const acts = [{ name: 'Copy', run: () => { wx.setClipboardData({ data: item.text }); } }];
		if (item.kind === 'mine' && item.seq > 0 && this.isOurs(item)) {
			if (!item.text.includes('\n')) { // the field has one line
				acts.push({ name: 'Edit', run: () => this.startEdit(item) });
			}
			acts.push({ name: 'Delete', run: () => this.askDelete(item) });
		}
		wx.showActionSheet({
			itemList: acts.map(({ name }) => name),
			success: ({ tapIndex }) => acts[tapIndex] && acts[tapIndex].run(), // on PCs a cancel comes here, without an index
			fail: () => {}, // cancelled
		});
	},

	/* Of the uid or the user that we are now: what an earlier guest said here is not to be changed any more. */
	isOurs({ uid, user }) {
		return uid === this.chat.uid || (user !== undefined && user === this.chat.user);
	},

	startEdit(item) {
		this.draft = this.edited ? this.draft : this.data.text;
		this.edited = item;
		this.setData({ editing: item.text, text: item.text, focus: true });
	},

	onCancel() {
		if (this.edited) {
			this.edited = null;
			this.setData({ editing: '', text: this.draft, focus: false });
		}
	},

	saveEdit(text) {
		const item = this.edited;
		if (!text) {
			this.askDelete(item);
			return;
		}
		this.onCancel();
		if (text !== item.text) {
			this.tryChange(item, 'Not changed', this.chat.edit(room, item.seq, text));
		}
	},

	askDelete(item) {
		wx.showModal({
			title: 'Delete this message?',
			content: 'It disappears for everybody in the room.',
			confirmText: 'Yes', // four letters at most
			confirmColor: '#b3261e',
			cancelText: 'No',
			success: ({ confirm }) => confirm && this.tryChange(item, 'Not deleted', this.chat.delete(room, item.seq)),
		});
	},

	/* What is done comes back as 'edit' or 'delete'. */
	tryChange({ seq }, failed, request) {
		this.change(seq, { why: 'Waiting to be changed' });
		request.then(() => this.change(seq, { why: '' }), (error) => this.change(seq, { why: `${failed}: ${error.message}` }));
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
		this.add({ kind: 'mine', own: true, text, id, time: clock(Date.now()), state: 'waiting' });
		this.chat.send(room, text, { id }).then(
			() => this.show(this.data.items.filter((item) => item.id !== id)), // its message is in the list
			(error) => this.setData({ items: this.data.items.map((item) =>
				(item.id === id ? { ...item, state: 'failed', why: error.message } : item)) }));
	},
});
