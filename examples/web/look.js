/* How things look: colours and pictures from an id, and the elements of a message. Whatever comes from others
 * reaches the document through textContent only. */

const CLIP_CHARS = 1200;
const CLIP_LINES = 14;
const EMOJI =
	/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f])+$/u;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const fullDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const dayName = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const encoder = new TextEncoder();

export const byId = (id) => document.getElementById(id);
export const bytesOf = (text) => encoder.encode(text).length;
export const nameOfDay = (time) => dayName.format(time);

function hash(text) { // FNV-1a, with a last stir so that short ids spread too
	let h = 0x811c9dc5;
	for (const byte of encoder.encode(text)) {
		h = Math.imul(h ^ byte, 0x01000193);
	}
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	return (h ^ (h >>> 13)) >>> 0;
}

export const hueOf = (id) => hash(id) % 360;

function svg(name, attributes) {
	const element = document.createElementNS('http://www.w3.org/2000/svg', name);
	for (const [key, value] of Object.entries(attributes)) {
		element.setAttribute(key, value);
	}
	return element;
}

/* Five by five squares, left and right alike: 15 bits of the id. */
export function paintAvatar(element, id) {
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

/* Who somebody is to the others: a user keeps looks and name over all connections. */
export const identityOf = ({ user, uid }) => (user === undefined ? uid : 'user:' + user);
export const nameOf = ({ name, user, uid }) => name || user || uid.slice(0, 8);

/* The template with this id, and its parts by their class. */
export function fromTemplate(id) {
	const element = byId(id).content.cloneNode(true).firstElementChild;
	return [element, (name) => element.querySelector('.' + name)];
}

function isFewEmoji(text) {
	if (text.length > 40 || !EMOJI.test(text) || !Intl.Segmenter) {
		return false;
	}
	return [...new Intl.Segmenter().segment(text)].length <= 3;
}

function clip(text) {
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

/* Own, and the server has it under its seq. */
export const isChangeable = (item) => Boolean(item.own && item.state === 'sent' && item.seq !== undefined && !item.deleted
	&& !item.deleting && !item.past);

/* item: {text, who, own, time, state, why, edited, deleted, ...}; see app.js */
export function buildMessage(item, onAgain) {
	const [element, part] = fromTemplate('message-template');
	const stamp = part('meta').querySelector('time');
	const author = part('author');
	const text = part('text');

	text.textContent = item.deleted ? 'Message deleted' : item.text;
	stamp.textContent = clock.format(item.time);
	stamp.dateTime = item.time.toISOString();
	stamp.title = fullDate.format(item.time);
	part('edited').hidden = !item.edited || item.deleted;
	element.classList.toggle('gone', Boolean(item.deleted));
	element.classList.toggle('edited-now', Boolean(item.editing));
	if (item.own) {
		element.classList.add('mine');
		part('avatar').remove();
		author.className = 'unseen';
		author.textContent = 'You';
		part('again').addEventListener('click', () => onAgain(item));
		mark(element, item);
	} else {
		author.textContent = nameOf(item.who);
		author.title = item.who.uid;
		author.style.setProperty('--hue', hueOf(identityOf(item.who)));
		paintAvatar(part('avatar'), identityOf(item.who));
		part('mark').remove();
		part('act').remove();
	}
	if (!item.deleted && isFewEmoji(item.text)) {
		element.classList.add('emoji');
	}
	clip(text);
	return element;
}

/* What became of an own message, or of what it was changed to. */
export function mark(element, item) {
	const state = item.saving ? 'pending' : item.state;
	const words = { pending: item.saving ? 'change waiting to be saved' : 'waiting to be sent', sent: 'sent', failed: 'not sent' };
	const failed = state === 'failed';
	const change = item.unsaved === undefined ? 'Try again' : 'Edit again';
	element.dataset.mark = state;
	element.classList.toggle('changeable', isChangeable(item));
	element.querySelector('.act').hidden = !isChangeable(item);
	element.querySelector('.mark use').setAttribute('href', '#icon-' + state);
	element.querySelector('.mark-text').textContent = words[state];
	element.querySelector('.why').hidden = !failed && !item.wrong;
	element.querySelector('.why-text').textContent = failed ? 'Not sent: ' + (item.why || '') + '.' : item.wrong || '';
	element.querySelector('.again').textContent = failed ? 'Send again' : change;
}

export function buildNotice({ text, kind, deleted }) {
	const element = document.createElement('p');
	element.className = 'notice ' + (kind || '');
	element.textContent = deleted ? 'Message deleted' : text;
	return element;
}
