/* The log: the items of the conversation that is open, as elements. */
import { buildMessage, buildNotice, byId, identityOf, nameOfDay } from './look.js';

const MAX_SHOWN = 500; // items kept of a conversation
const GROUP_MS = 3 * 60 * 1000;

const log = byId('log');

function divider(text, kind) {
	const element = buildNotice({ text, kind });
	element.setAttribute('role', 'separator');
	return element;
}

export class Log {
	one = null; // the conversation
	atBottom = true;
	below = 0; // messages that came while the reader was further up
	due = 0;

	/* again(item): a message is to be sent again; top(): the reader is near the beginning; drawn(): it shows other
	 * elements. */
	constructor(again, top, drawn) {
		this.again = again;
		this.drawn = drawn;
		log.addEventListener('scroll', () => {
			this.measure();
			if (log.scrollTop < 120) {
				top();
			}
		}, { passive: true });
		// a keyboard that slides in or a composer that grows must not hide the newest message
		new ResizeObserver(() => {
			if (this.atBottom) {
				this.toBottom();
			}
		}).observe(log);
	}

	show(one, newFrom) {
		this.one = one;
		one.stale = true;
		this.draw();
		this.toBottom();
		if (newFrom && newFrom.divider) {
			log.scrollTop = Math.min(log.scrollTop, newFrom.divider.offsetTop - log.offsetTop - 40);
			this.measure();
		}
	}

	later() {
		this.due = this.due || setTimeout(() => this.draw(), document.hidden ? 250 : 16);
	}

	build(item) {
		return item.notice ? buildNotice(item) : buildMessage(item, this.again);
	}

	/* The element of the item behind `before`, and what stands between them. */
	drawItem(item, before) {
		const elements = [];
		const day = (other) => (other && other.time ? other.time : new Date()).toDateString();
		if (item === this.one.newFrom) {
			item.divider = divider('New messages', 'new');
			elements.push(item.divider);
		}
		if (item.time && day(item) !== day(before)) {
			elements.push(divider(nameOfDay(item.time), 'day'));
		}
		item.element = this.build(item);
		elements.push(item.element);
		if (!item.notice) {
			const follows = elements.length === 1 && before && !before.notice && before.own === item.own
				&& (item.own || identityOf(before.who) === identityOf(item.who)) && item.time - before.time < GROUP_MS;
			follows ? before.element.classList.add('followed') : item.element.classList.add('head');
		}
		return elements;
	}

	trim() {
		const { items, bySeq, room } = this.one;
		if (items.length > MAX_SHOWN && this.atBottom) {
			items.splice(0, items.length - MAX_SHOWN).forEach((item) => bySeq.delete(item.seq));
			Object.assign(this.one, { more: Boolean(room), stale: true });
		}
	}

	draw() {
		const { one, atBottom } = this;
		const elements = [];
		let fresh = 0;
		clearTimeout(this.due);
		this.due = 0;
		this.trim();
		if (one.stale) {
			// who listens to the log has heard all of this
			log.setAttribute('aria-live', 'off');
			setTimeout(() => log.setAttribute('aria-live', 'polite'), 500);
			log.replaceChildren();
		}
		const from = one.stale ? 0 : one.items.findIndex((item) => !item.element);
		for (let i = from; i >= 0 && i < one.items.length; i++) {
			fresh += !one.items[i].element && !one.items[i].own ? 1 : 0;
			elements.push(...this.drawItem(one.items[i], one.items[i - 1]));
		}
		log.append(...elements);
		log.classList.toggle('calm', one.stale);
		one.stale = false;
		byId('quiet').hidden = one.items.length > 0;
		this.drawn();
		if (atBottom) {
			this.toBottom();
		} else {
			this.below += fresh;
			this.showLatest();
		}
	}

	/* Older ones came before what is there: the reader stays at the same message. */
	drawOlder() {
		const fromEnd = log.scrollHeight - log.scrollTop;
		const { below } = this;
		this.atBottom = false;
		this.draw();
		this.below = below;
		log.scrollTop = log.scrollHeight - fromEnd;
		this.measure();
	}

	/* One item looks different; it stays where it is, and has the focus if it had it. */
	redraw(item) {
		const before = item.element;
		const { activeElement } = document;
		item.element = this.build(item);
		item.element.classList.add('again-drawn', ...['head', 'followed'].filter((name) => before.classList.contains(name)));
		const button = item.element.querySelector('.act');
		if (before.contains(activeElement)) {
			before.replaceWith(item.element);
			(button && !button.hidden ? button : log).focus({ preventScroll: true });
		} else {
			before.replaceWith(item.element);
		}
		this.atBottom && this.toBottom();
		this.drawn();
	}

	toBottom() {
		log.scrollTop = log.scrollHeight;
		this.atBottom = true;
		this.below = 0;
		this.showLatest();
	}

	measure() {
		this.atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
		this.below = this.atBottom ? 0 : this.below;
		this.showLatest();
	}

	showLatest() {
		byId('latest').hidden = this.atBottom;
		const plural = this.below === 1 ? '1 new message' : this.below + ' new messages';
		byId('latest-text').textContent = this.below ? plural : 'Latest';
	}
}
