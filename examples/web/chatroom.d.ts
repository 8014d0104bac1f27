/** What any JSON value is. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Somebody: a client, and the application's user behind it if there is one. */
export interface Someone {
	uid: string;
	user?: string;
	name?: string;
}

/** A message of a room. Messages of the server have the uid 00000000-0000-0000-0000-000000000000. */
export interface RoomMessage extends Someone {
	message: string;
	room: string;
	/** 1, 2, 3 ... in each room (and epoch). */
	seq: number;
	/** Unix milliseconds. */
	time: number;
	data?: Json;
	/** It was changed since it was said. */
	edited?: boolean;
	/** It is ours: of this session, an earlier one of this client, or the same user's. */
	own: boolean;
	/** It was said before we came (back) into the room. */
	replayed: boolean;
	/** Of our own, when its ack told of it: the id that send() was given. */
	id?: string;
}

/** A message to us alone ('private'), or to everybody by the server ('announcement'). */
export interface DirectMessage extends Someone {
	message: string;
	private?: true;
	time: number;
	data?: Json;
}

export type HistoryItem =
	| (Omit<RoomMessage, 'own' | 'replayed' | 'id'> & { type?: undefined })
	| { type: 'delete'; uid: string; room: string; seq: number; time: number };

export interface Limits {
	/** Bytes of a frame; 'data' is limited by itself. */
	message: number;
	data: number;
	rooms: number;
	/** Frames in rate_seconds; 0: no limit. The client slows itself down. */
	rate: number;
	rate_seconds: number;
	/** Seconds for which a session can be resumed. */
	resume: number;
}

export interface Welcome {
	type: 'welcome';
	v: 1;
	uid: string;
	session: string;
	user?: string;
	name?: string;
	rooms: string[];
	/** Seconds. */
	ping: number;
	limits: Limits;
	/** We are the same as before, for everybody else too. */
	resumed: boolean;
	time: number;
}

export interface Joined {
	type: 'joined';
	room: string;
	epoch: string;
	seq: number;
	/** Who is there: clients, or users where presence is on. */
	count?: number;
	/** Where presence is on. */
	members?: Someone[];
	/** What we missed follows whole. */
	recovered: boolean;
	/** We had never been in this room. */
	fresh: boolean;
}

export interface Ack {
	type: 'ack';
	room?: string;
	/** Missing when the server dropped the message silently, and for what gets none. */
	seq?: number;
	time?: number;
	/** Of a private message: connections it was queued for. */
	delivered?: number;
}

export interface CloseEvent {
	code: number;
	reason: string;
	/** It comes back by itself, in `delay` milliseconds. */
	retry: boolean;
	delay?: number;
}

export interface Session {
	secret: string;
	uid: string;
	/** What was seen of each room. Leave it out when the messages are not there any more: then history comes again. */
	rooms?: { [name: string]: { seq: number; epoch: string | null } };
}

export interface ClientEvents {
	message: RoomMessage;
	private: DirectMessage;
	announcement: DirectMessage;
	/** Before what follows of this room: messages after `since` are missing. renewed: the history itself is another one. */
	gap: { room: string; since: number; seq: number; renewed: boolean };
	/** 'closed', 'connecting', 'open', 'waiting' (for the next attempt). */
	state: State;
	welcome: Welcome;
	/** After connect() or an interruption too. */
	joined: Joined;
	left: { type: 'left'; room: string; reason?: string };
	/** The server does not let us into error.room. */
	refused: ChatroomError;
	presence: Someone & { type: 'presence'; room: string; event: 'join' | 'leave'; count: number };
	typing: Someone & { type: 'typing'; room: string };
	signal: Someone & { type: 'signal'; room: string; name: string; data?: Json };
	read: Someone & { type: 'read'; room: string; seq: number };
	edit: Someone & { type: 'edit'; room: string; seq: number; text: string; own?: true };
	/** With a time: said and deleted while we were not there, its place in the room is all there is. */
	delete: { type: 'delete'; room: string; seq: number; uid?: string; user?: string; name?: string; time?: number; own?: true };
	/** The server sends us away for good; 'close' follows. */
	kick: { type: 'kick'; code: number; reason: string; retry: false };
	/** The server is about to stop; 'close' follows. */
	reconnect: { type: 'reconnect'; after: number; reason: string };
	close: CloseEvent;
	/** An error that answers no request. */
	error: ChatroomError;
}

export type State = 'closed' | 'connecting' | 'open' | 'waiting';

export interface TransportEvents {
	open(): void;
	message(data: unknown): void;
	close(code: number, reason?: string): void;
}

export interface Transport {
	(url: string, protocol: string, events: TransportEvents): {
		send(text: string): void;
		close(code?: number, reason?: string): void;
	};
	/** Calls hint('up') when the network is back or somebody looks again, hint('down') when it is gone; returns what ends that. */
	watch?(hint: (what: 'up' | 'down') => void): () => void;
}

export interface Options {
	/** Rooms to be in. Without any, join() later. */
	rooms?: string[];
	/** Messages of a room's history that come as 'message' when it is joined, at most 200; default 50. */
	history?: number;
	/** Who we are; a function is called at each connect. */
	token?: string | (() => string | undefined | Promise<string | undefined>);
	/** What client.session was, before the page was loaded anew: the client goes on as the same. */
	session?: Session | null;
	/** Milliseconds; default 500 and 30000. */
	backoffMin?: number;
	backoffMax?: number;
	/** Milliseconds a connection may take, and an answer to a ping; default 10000. */
	timeout?: number;
	/** Default: webSocketTransport(). */
	transport?: Transport;
	/** The class to use where there is no global WebSocket. */
	WebSocket?: unknown;
	/** For tests: another clock. */
	timers?: {
		set(fn: () => void, ms: number): unknown;
		clear(timer: unknown): void;
		now(): number;
		random(): number;
	};
}

/**
 * Codes of the protocol (rate_limited, slow_mode, muted, banned, not_joined, forbidden, filtered, no_such_client, ...), and
 * of this client: closed (close() was called, or the server sent us away), connection_lost (before the answer came, and the
 * session is gone: it may have arrived or not), too_big, token, transport.
 */
export class ChatroomError extends Error {
	constructor(code: string, reason?: string, retry?: number);
	code: string;
	/** Seconds after which it may be tried again. */
	retry?: number;
	room?: string;
}

export class ChatroomClient {
	constructor(url: string, options?: Options);
	readonly url: string;
	readonly state: State;
	/** Ours; another one with each session. */
	readonly uid: string | null;
	readonly user: string | null;
	readonly name: string | null;
	readonly limits: Limits | null;
	/** Rooms we are in now. */
	readonly rooms: string[];
	/** For the option of the same name; null before the first welcome and after the end. */
	readonly session: Session | null;

	/** Calls fn for each such event until the returned function is called. */
	on<E extends keyof ClientEvents>(event: E, fn: (detail: ClientEvents[E]) => void): () => void;
	/** Resolves with the first welcome, however long that takes; rejects when the server sends us away. */
	connect(): Promise<Welcome>;
	/** For good: the session ends. */
	close(): void;
	/** While waiting for the next attempt: now. */
	retry(): void;

	join(room: string, options?: { history?: number }): Promise<Joined>;
	leave(room: string): Promise<{ type: 'left'; room: string }>;
	/**
	 * Waits while there is no connection; goes out again, under the same id, until it is answered.
	 * @param options.id of at most 64 bytes, unlike any other; made when left out
	 */
	send(room: string, message: string, options?: { data?: Json; id?: string }): Promise<Ack>;
	/** @param to a uid, or "user:ID" for all connections of that user */
	sendPrivate(to: string, message: string, options?: { data?: Json; id?: string }): Promise<Ack>;
	edit(room: string, seq: number, text: string): Promise<Ack>;
	delete(room: string, seq: number): Promise<Ack>;
	/** Rooms without presence refuse (forbidden). */
	members(room: string): Promise<{ room: string; count: number; members: Someone[]; more?: boolean }>;
	/** Oldest first. `more`: there is more in the direction asked for. */
	history(room: string, options?: { before?: number; after?: number; limit?: number }): Promise<{
		room: string;
		epoch: string;
		seq: number;
		messages: HistoryItem[];
		more: boolean;
	}>;

	/** Call it with each key: it is told every three seconds. False: not told, as there is no connection. */
	typing(room: string): boolean;
	signal(room: string, name: string, data?: Json): boolean;
	read(room: string, seq: number): boolean;
}

export function webSocketTransport(Class?: unknown): Transport;
/** For WeChat Mini Programs: wxTransport(wx). */
export function wxTransport(wx: object): Transport;

export default ChatroomClient;
