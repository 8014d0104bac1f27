/* What the page says about its connection, in its head and to who listens. */
import { byId } from './look.js';

export const connection = {
	dueAt: 0, // the next attempt
	wasOnline: false,
};
let countdown = 0;

function nameOfState({ state }) {
	if (state === 'open') {
		return 'online';
	}
	if (state === 'waiting') {
		return navigator.onLine === false ? 'offline' : 'waiting';
	}
	return state === 'closed' ? 'ended' : 'connecting';
}

function textOfState(chat) {
	const seconds = Math.max(1, Math.ceil((connection.dueAt - Date.now()) / 1000));
	return {
		online: 'Online',
		ended: 'Disconnected',
		connecting: connection.wasOnline ? 'Reconnecting…' : 'Connecting…',
		offline: 'Offline',
		waiting: `Reconnecting in ${seconds} s`,
	}[nameOfState(chat)];
}

export function speak(text) {
	if (byId('spoken').textContent !== text) {
		byId('spoken').textContent = text;
	}
}

export function showState(chat) {
	clearInterval(countdown);
	byId('state').dataset.state = nameOfState(chat);
	byId('state-text').textContent = textOfState(chat);
	byId('retry').hidden = chat.state !== 'waiting';
	if (chat.state === 'waiting') {
		countdown = setInterval(() => { byId('state-text').textContent = textOfState(chat); }, 250);
		speak(connection.wasOnline ? 'Connection lost, reconnecting' : 'No connection yet'); // without the seconds
	} else if (chat.state === 'open') {
		speak('Online');
	} else if (chat.state === 'closed') {
		speak('Disconnected');
	}
}
