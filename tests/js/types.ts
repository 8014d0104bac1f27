// Compiled, not run: what a TypeScript program may and may not write.
import { ChatroomClient, ChatroomError, webSocketTransport, wxTransport } from './web/chatroom.js';
import type { Ack, Session, Transport } from './web/chatroom.js';

const quiet: Transport = (url, protocol, events) => {
	events.close(1006, `${url} ${protocol}`);
	return { send: (text: string) => void text.length, close: () => undefined };
};
const chat = new ChatroomClient('wss://example.org/ws', {
	rooms: ['lobby'],
	token: async () => 'ticket',
	transport: Math.random() < 2 ? quiet : wxTransport({}),
});
const off: () => void = chat.on('message', (m) => {
	const text: string = m.message + m.room + m.seq.toFixed() + (m.own ? m.uid : m.name ?? '');
	console.log(text, m.data);
});
chat.on('gap', (gap) => console.log(gap.since < gap.seq, gap.renewed));
chat.on('presence', ({ event, user }) => console.log(event === 'join', user?.length));
chat.on('close', ({ retry, delay }) => console.log(retry && delay));

const welcome = await chat.connect();
console.log(welcome.limits.message * 2);
const ack: Ack = await chat.send('lobby', 'hello', { data: { a: [1, null] } });
console.log(ack.seq);
try {
	await chat.sendPrivate('user:7', 'psst');
} catch (error) {
	if (error instanceof ChatroomError && error.code === 'slow_mode') {
		console.log(error.retry);
	}
}
for (const item of (await chat.history('lobby', { before: 7 })).messages) {
	console.log(item.type === 'delete' ? item.seq : item.message);
}
const session: Session | null = chat.session;
console.log(session?.secret, chat.rooms.join(), chat.state === 'open', webSocketTransport());
off();

// @ts-expect-error there is no such event
chat.on('mesage', () => {});
// @ts-expect-error the room is missing
await chat.send('hello');
// @ts-expect-error functions are no JSON
await chat.send('lobby', 'x', { data: () => 1 });
// @ts-expect-error it is what the server said
chat.uid = 'me';
