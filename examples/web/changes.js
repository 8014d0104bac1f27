/* What one may do to one's own messages: the menu beside each, the question before one is deleted, and the composer
 * while it holds a message that is edited. What becomes of it is app.js's business. */
import { byId, isChangeable } from './look.js';

const log = byId('log');
const input = byId('text');
const menu = byId('menu');
const ask = byId('ask');
const items = () => [...menu.querySelectorAll('[role="menuitem"]')];
const touch = matchMedia('(hover: none)');

/* On a phone the keyboard comes only when there is something to write. */
const refocus = () => (touch.matches ? log : input).focus({ preventScroll: true });

export class Changes {
	item = null; // the one that the composer holds
	draft = ''; // what it held before
	subject = null; // the one that the menu or the question is about
	opener = null; // the button that has the focus again afterwards

	/* itemOf(element), all(): the items of the log; remove(item): deletes it; changed(): the composer has other text. */
	constructor(app) {
		this.app = app;
		log.addEventListener('click', (event) => this.clicked(event));
		log.addEventListener('keydown', (event) => this.step(event));
		log.addEventListener('scroll', () => this.place(), { passive: true });
		window.addEventListener('resize', () => this.place());
		menu.addEventListener('keydown', (event) => this.menuKey(event));
		document.addEventListener('pointerdown', (event) => {
			menu.hidden || this.isAbout(event.target) || this.closeMenu();
		});
		byId('menu-edit').addEventListener('click', () => this.start(this.closeMenu()));
		byId('menu-delete').addEventListener('click', () => this.question(this.closeMenu()));
		byId('editing-end').addEventListener('click', () => {
			this.end();
			refocus();
		});
		byId('ask-no').addEventListener('click', () => ask.close());
		byId('ask-yes').addEventListener('click', () => this.confirmed());
		ask.addEventListener('click', (event) => event.target === ask && ask.close()); // beside it
		ask.addEventListener('close', () => this.answered());
	}

	/* ---- The menu ---- */

	/* Where there is no pointer to hover with, a tap on the message opens it. */
	clicked(event) {
		const button = event.target.closest('.act');
		const message = event.target.closest('.message.changeable');
		const tapped = touch.matches && event.target.closest('.bubble') && !event.target.closest('button')
			&& document.getSelection().isCollapsed;
		if (message && (button || tapped)) {
			const item = this.app.itemOf(message);
			item === this.subject && !menu.hidden ? this.closeMenu() : this.openMenu(item, button);
		}
	}

	/* The menu, or what opens and closes it. */
	isAbout(target) {
		const bubble = this.subject.element.querySelector('.bubble');
		return menu.contains(target) || target.closest('.act') || (touch.matches && bubble.contains(target));
	}

	openMenu(item, opener) {
		if (!item || !isChangeable(item)) {
			return;
		}
		this.subject = item;
		this.opener = opener;
		menu.hidden = false;
		this.mark(item);
		this.place();
		items()[0].focus({ preventScroll: true });
	}

	mark(item) {
		log.querySelectorAll('.act[aria-expanded="true"]').forEach((one) => one.setAttribute('aria-expanded', 'false'));
		item && item.element.querySelector('.act').setAttribute('aria-expanded', 'true');
	}

	/* Below its message, or above it where there is no room; gone with it. */
	place() {
		if (menu.hidden) {
			return;
		}
		const { element } = this.subject;
		const bubble = element.querySelector('.bubble').getBoundingClientRect();
		const room = menu.parentElement.getBoundingClientRect();
		if (!element.isConnected || bubble.bottom < room.top || bubble.top > room.bottom) {
			this.closeMenu();
			return;
		}
		const below = bubble.bottom + 6;
		const above = bubble.top - menu.offsetHeight - 6;
		const top = below + menu.offsetHeight <= room.bottom - 4 ? below : Math.max(above, room.top + 4);
		menu.style.top = top - room.top + 'px';
		menu.style.left = Math.max(8, bubble.right - room.left - menu.offsetWidth) + 'px';
	}

	closeMenu() {
		const { subject } = this;
		menu.hidden = true;
		this.mark(null);
		return subject;
	}

	menuKey(event) {
		const all = items();
		const at = all.indexOf(document.activeElement);
		const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
		if (to !== undefined) {
			event.preventDefault();
			all[to % all.length].focus();
		} else if (event.key === 'Escape' || event.key === 'Tab') {
			event.preventDefault();
			event.stopPropagation();
			this.closeMenu();
			this.back();
		}
	}

	back() {
		const { subject, opener } = this;
		const button = opener && subject && subject.element.isConnected && subject.element.querySelector('.act:not([hidden])');
		button ? button.focus({ preventScroll: true }) : refocus();
	}

	/* From one message's button to the next, so that Tab has to stop only once in the log. */
	step(event) {
		const to = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
		if (to && event.target.classList.contains('act')) {
			const all = [...log.querySelectorAll('.act:not([hidden])')];
			const at = Math.min(Math.max(all.indexOf(event.target) + to, 0), all.length - 1);
			event.preventDefault();
			this.stop(all[at]);
			all[at].focus();
		}
	}

	/* The one button that Tab reaches: the one told, else the one with the focus, else the last one. */
	stop(told) {
		const all = [...log.querySelectorAll('.act:not([hidden])')];
		const button = told || all.find((one) => one === document.activeElement) || all.pop();
		log.querySelectorAll('.act[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
		if (button) {
			button.tabIndex = 0;
		}
	}

	/* ---- Deleting ---- */

	question(item) {
		if (item && isChangeable(item)) {
			this.subject = item;
			byId('ask-text').textContent = item.text.length > 200 ? item.text.slice(0, 200) + '…' : item.text;
			ask.showModal();
		}
	}

	confirmed() {
		const { subject } = this;
		this.end();
		ask.close();
		this.app.remove(subject);
	}

	answered() {
		this.item || this.subject.deleting ? refocus() : this.back();
	}

	/* ---- Editing ---- */

	start(item) {
		if (!item || !isChangeable(item)) {
			return;
		}
		this.end();
		this.item = item;
		this.draft = input.value;
		input.value = item.unsaved === undefined ? item.text : item.unsaved;
		this.show();
		input.focus({ preventScroll: true });
		input.setSelectionRange(input.value.length, input.value.length);
		item.element && item.element.scrollIntoView({ block: 'nearest' }); // it may be about to be drawn
	}

	/* The last own message, by the arrow in an empty composer. */
	startLast() {
		const last = this.app.all().filter(isChangeable).pop();
		this.start(last);
		return last !== undefined;
	}

	/* The composer is what it was before. */
	end() {
		const { item } = this;
		if (item) {
			this.item = null;
			input.value = this.draft;
			this.show(item);
		}
	}

	show(item = this.item) {
		const on = this.item !== null;
		byId('editing').hidden = !on;
		byId('editing-text').textContent = on ? item.text : '';
		byId('composer').classList.toggle('changing', on);
		byId('send').setAttribute('aria-label', on ? 'Save' : 'Send');
		byId('send').querySelector('use').setAttribute('href', on ? '#icon-sent' : '#icon-send');
		input.setAttribute('aria-label', on ? 'Edit your message' : 'Message');
		item.editing = on;
		item.element && item.element.classList.toggle('edited-now', on);
		this.app.changed();
	}
}
