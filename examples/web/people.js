/* Who is in the room that is open, and who of them is typing. */
import { byId, fromTemplate, identityOf, nameOf, paintAvatar } from './look.js';

const TYPING_MS = 5000;

export class People {
	due = 0;
	typingTimer = 0;

	/* current(): the conversation that is open; isOwn(person); write(person): a conversation with them is wanted. */
	constructor(current, isOwn, write) {
		Object.assign(this, { current, isOwn, write });
	}

	show() {
		const { members, count, to } = this.current();
		const button = byId('open-people');
		button.hidden = count === null || Boolean(to);
		byId('people-count').textContent = count === null ? '' : count;
		byId('people').hidden = !members;
		button.disabled = !members;
		byId('people-label').textContent = members ? `People · ${count}` : 'People';
		const people = [...(members || new Map()).values()].sort((a, b) =>
			this.isOwn(b) - this.isOwn(a) || nameOf(a).localeCompare(nameOf(b)));
		byId('people-list').replaceChildren(...people.map((person) => this.entry(person)));
	}

	entry(person) {
		const [element, part] = fromTemplate('entry-template');
		const own = this.isOwn(person);
		part('entry-name').textContent = nameOf(person) + (own ? ' (you)' : '');
		paintAvatar(part('avatar'), identityOf(person));
		part('leave').remove();
		part('badge').remove();
		part('go').disabled = own;
		part('go').title = own ? '' : 'Write to ' + nameOf(person);
		part('go').addEventListener('click', () => this.write(person));
		return element;
	}

	onPresence(one, { room, event, count, ...person }) {
		if (!one || !one.members) {
			return;
		}
		event === 'join' ? one.members.set(identityOf(person), person) : one.members.delete(identityOf(person));
		one.typing.delete(identityOf(person));
		one.count = count;
		this.due = this.due || setTimeout(() => {
			this.due = 0;
			this.show();
			this.showTyping();
		}, 100);
	}

	onTyping(one, { room, ...person }) {
		if (one) {
			one.typing.set(identityOf(person), { person, until: Date.now() + TYPING_MS });
			one === this.current() && this.showTyping();
		}
	}

	showTyping() {
		const { typing } = this.current();
		const now = Date.now();
		for (const [key, { until }] of typing) {
			until <= now && typing.delete(key);
		}
		const names = [...typing.values()].map(({ person }) => nameOf(person));
		const some = names.length > 2 ? 'Several people are typing'
			: names.join(' and ') + (names.length > 1 ? ' are' : ' is') + ' typing';
		byId('typing').textContent = names.length ? some + '…' : '';
		clearTimeout(this.typingTimer);
		this.typingTimer = names.length ? setTimeout(() => this.showTyping(), 1000) : 0;
	}
}
